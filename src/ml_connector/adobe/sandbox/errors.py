"""What the shop says when it refuses: the recorded messages and their status codes.

A message is a template and arrives with its parameters beside it, as a list for `%1` or as an object for
`%fieldName` (reference: adobe_commerce.md §1.5, §9.2, §9.3). Every function here makes one refusal; nothing
else in this package words one.
"""

from __future__ import annotations

import secrets

from ml_connector.adobe.sandbox.jsontext import Document, Json


class Refusal(Exception):
    """An answer that is an error: its HTTP status, its message template and the template's parameters.

    `developer` is what a shop in developer mode says besides, or otherwise.
    """

    def __init__(
        self, status: int, message: str, parameters: Json = None, *, developer: Document | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.parameters = parameters
        self.developer = developer or {}

    def body(self) -> Document:
        """The JSON object that carries the refusal."""
        if self.parameters is None:
            return {"message": self.message}
        return {"message": self.message, "parameters": self.parameters}


def not_authorized(resource: str) -> Refusal:
    """No credentials, or none that hold this resource: the same 401 for both (§9.2)."""
    return Refusal(401, "The consumer isn't authorized to access %resources.", {"resources": resource})


def bad_signature() -> Refusal:
    """A wrong secret or any mistake in signing."""
    return Refusal(401, "The signature is invalid. Verify and try again.")


def no_route() -> Refusal:
    """An unknown path, or a known path asked with the wrong method."""
    return Refusal(404, "Request does not match any route.", developer={"trace": None})


def method_not_supported(method: str) -> Refusal:
    """PATCH, OPTIONS and HEAD are refused before any route is looked up."""
    return Refusal(405, f"The {method} HTTP method is not supported.")


def cannot_process() -> Refusal:
    """A store code in the path that is none of the shop's, or `admin` (§1.9)."""
    return Refusal(400, "Specified request cannot be processed.")


def internal_error(developer: Document | None = None) -> Refusal:
    """A permanent fault dressed as 500, as production mode shows it: an unknown column, above all (§9.3)."""
    report = secrets.token_hex(7)[:13]
    message = f"Internal Error. Details are available in Magento log file. Report ID: webapi-{report}"
    return Refusal(500, message, developer=developer)


def unknown_column(name: str, clause: str) -> Refusal:
    """A filter (`clause` is WHERE) or sort (ORDER BY) by a column that the list's table does not have."""
    found = f"SQLSTATE[42S22]: Column not found: 1054 Unknown column '{name}' in '{clause}'"
    return internal_error(
        {"message": f"{found}, query was: SELECT `main_table`.* FROM `main_table`", "code": 42}
    )


def page_too_large(maximum: int) -> Refusal:
    """A page size above the shop's own limit, where it limits its input (§4.3)."""
    return Refusal(400, "Maximum SearchCriteria pageSize is %max", {"max": maximum})


def token_revoked() -> Refusal:
    """The integration's access token was withdrawn (§1.5: read in the source, not provoked)."""
    return Refusal(401, "Access token has been revoked")


def required(field: str) -> Refusal:
    """A parameter that must be there is not."""
    return Refusal(400, '"%fieldName" is required. Enter and try again.', {"fieldName": field})


def not_supported(field: str) -> Refusal:
    """A key of the search criteria that does not exist."""
    return Refusal(
        400, '"%fieldName" is not supported. Correct the field name and try again.', {"fieldName": field}
    )


def wrong_type(value: str) -> Refusal:
    """An id that is no number."""
    return Refusal(
        400, f'The "{value}" value\'s type is invalid. The "int" type was expected. Verify and try again.'
    )


def wrong_type_in(field: str, value: str) -> Refusal:
    """A page size or page number that is no number."""
    return Refusal(400, f'Error occurred during "{field}" processing. {wrong_type(value).message}')


def bad_direction() -> Refusal:
    """A sort direction that is neither word."""
    message = "The sort order has to be specified as %1 for ascending order or %2 for descending order."
    return Refusal(400, message, ["ASC", "DESC"])


def bad_attribute(name: str) -> Refusal:
    """A filter on products or customers by an attribute that does not exist."""
    return Refusal(400, 'The "%1" attribute name is invalid. Reset the name and try again.', [name])


def id_needed() -> Refusal:
    """The id 0 of a sales document."""
    return Refusal(400, "An ID is needed. Set the ID and try again.")


def no_such_entity() -> Refusal:
    """No sales document has this id."""
    return Refusal(404, "The entity that was requested doesn't exist. Verify the entity and try again.")


def no_such_entity_with(field: str, value: int) -> Refusal:
    """No customer, tax rate, tax class or tax rule has this id."""
    parameters: Document = {"fieldName": field, "fieldValue": value}
    return Refusal(404, "No such entity with %fieldName = %fieldValue", parameters)


def no_such_product() -> Refusal:
    """No product has this SKU."""
    return Refusal(404, "The product that was requested doesn't exist. Verify the product and try again.")


def error_page() -> str:
    """The page for an `Accept` that the shop cannot serve: Magento's words, in markup of our own."""
    title = "There has been an error processing your request"
    return (
        f"<!doctype html>\n<html><head><title>{title}</title></head>\n<body><h1>{title}</h1>\n"
        "<p>Exception printing is disabled by default for security reasons.</p>\n"
        f"<p>Error log record number: {secrets.token_hex(32)}</p></body></html>\n"
    )
