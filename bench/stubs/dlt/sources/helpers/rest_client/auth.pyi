from requests import PreparedRequest

class AuthConfigBase:
    def __call__(self, request: PreparedRequest) -> PreparedRequest: ...
