from dlt import destinations as destinations

class Pipeline:
    def run(self, data: object) -> object: ...

def pipeline(
    *, pipeline_name: str, pipelines_dir: str, destination: object, dataset_name: str
) -> Pipeline: ...
