from collections.abc import Mapping

from dlt.sources import DltSource

def rest_api_source(config: Mapping[str, object]) -> DltSource: ...
