"""How the shop is set up, as far as an answer depends on it: the settings the recordings were made under.

The defaults are a fresh 2.4.7 in production mode. It is a value: a shop is given another one and works by it
from its next request on (`PretendShop.configuration`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml_connector.adobe.sandbox.criteria import Criteria
from ml_connector.adobe.sandbox.errors import Refusal, error_page, page_too_large
from ml_connector.adobe.sandbox.jsontext import Document
from ml_connector.adobe.sandbox.server import Answer

# What a list that was asked without a page size echoes where input is limited and no default is set (§4.3).
_WITHOUT_SIZE = 999_999
_TRACE = "#0 [internal function]: (the calls that led to it)\n#1 {main}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The settings of one shop.

    input_limit: the largest page size that a list may be asked for (300 unless changed; 50 was seen), or None
        while input is not limited, which is how a shop comes (reference: adobe_commerce.md §4.3, §9.4).
    page_size_default: what a list is cut to that was asked without a page size; 0 for none. Only where input
        is limited.
    integration_as_bearer: whether an integration's access token opens the shop by itself (§1.7).
    developer_mode: whether a refusal carries a trace, and an internal error its reason (§1.5).
    """

    input_limit: int | None = None
    page_size_default: int = 0
    integration_as_bearer: bool = False
    developer_mode: bool = False

    def limited(self, criteria: Criteria) -> Criteria:
        """The criteria as the limits leave them; raises Refusal (400) for a page that is too large."""
        if self.input_limit is None:
            return criteria
        if criteria.page_size is None:
            return replace(criteria, page_size=self.page_size_default or _WITHOUT_SIZE)
        if criteria.page_size > self.input_limit:
            raise page_too_large(self.input_limit)
        return criteria

    def body(self, refusal: Refusal) -> Document:
        """The JSON object that a refusal arrives as."""
        if not self.developer_mode:
            return refusal.body()
        said = {**refusal.body(), **refusal.developer}
        return {**said, "trace": said.pop("trace", _TRACE)}

    def not_acceptable(self, accept: str) -> Answer:
        """The answer to an `Accept` that nothing can be written for: a page, or in developer mode why."""
        if not self.developer_mode:
            return Answer(500, "text/html; charset=UTF-8", error_page().encode())
        reason = f"1 exception(s):\nException #0: no answer can be written as {accept}\n\n{_TRACE}\n"
        return Answer(500, "text/plain;charset=UTF-8", reason.encode(), session=False)
