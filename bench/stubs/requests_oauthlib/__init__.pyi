from requests import PreparedRequest

class OAuth1:
    def __init__(
        self,
        client_key: str,
        client_secret: str,
        resource_owner_key: str,
        resource_owner_secret: str,
        *,
        signature_method: str,
    ) -> None: ...
    def __call__(self, request: PreparedRequest) -> PreparedRequest: ...
