"""Who bought, as far as an account needs it: a person by the e-mail, or a company by the shop's own id.

A shopper has a name that lasts (`entity`) and maybe another one by which the shop knows them, the id of their
registration. Under that they are found again when they change their e-mail in the shop, which rewrites it on
all their orders (reference: adobe_commerce.md §10.1). A guest has the e-mail only, and so has one whose
registration was deleted (§10.2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ml_connector.documents.sales import Address, SalesDocument
from ml_connector.errors import Code, Finding, NeedsPerson
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.customers import CustomerChoices, Websites
from ml_connector.posting.currency import as_posted

_PLUS = re.compile(r"\+[^@]*(?=@[^@]*$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """A shopper of one connection as a Sage account needs it; `entity` is the record's (see `Key`).

    `also` is the other name by which they are known, “” when there is none. `company` is the name of their
    company where they bought for a company account of the shop (B2B), else “”.
    """

    entity: str
    email: str
    currency: str
    vat_number: str
    address: Address
    also: str = ""
    company: str = ""


def normalised_email(text: str) -> str:
    """An e-mail as two spellings of it are compared: composed Unicode, no outer spaces, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def matching_email(text: str, customers: CustomerChoices) -> str:
    """The normalised e-mail, without what follows a plus sign where the chart takes it as the same one."""
    email = normalised_email(text)
    return _PLUS.sub("", email) if customers.plus_addresses else email


def shopper_of(document: SalesDocument, chart: Chart) -> Shopper:
    """Who bought; raises NeedsPerson (`customer-without-email`) when the order names no e-mail."""
    finding = email_finding(document)
    if finding:
        raise NeedsPerson(finding)
    order = document.order
    apart = chart.customers.websites is Websites.APART
    currency = as_posted(document, chart).base_currency
    kept_in = f"|{currency}" + (f"|website {document.website}" if apart else "")
    company = order.company_name if order.company_id else ""
    if order.company_id:
        entity, also = f"company {order.company_id}{kept_in}", ""
    else:
        entity = f"{matching_email(order.email, chart.customers)}{kept_in}"
        also = f"customer {order.customer_id}{kept_in}" if order.customer_id else ""
    return Shopper(
        entity=entity,
        email=normalised_email(order.email),
        currency=currency,
        vat_number=document.bill_to.vat_number or order.vat_number,
        address=replace(document.bill_to, company=company or document.bill_to.company),
        also=also,
        company=company,
    )


def known_shopper(shopper: Shopper, known: Mapping[str, str]) -> Shopper:
    """The shopper under the name that their account was made by. `known` leads from other names to it."""
    return replace(shopper, entity=known.get(shopper.also, shopper.entity)) if shopper.also else shopper


def email_finding(document: SalesDocument) -> Finding | None:
    """Why this document has no customer, if it has none."""
    if normalised_email(document.order.email):
        return None
    return Finding(
        code=Code.CUSTOMER_WITHOUT_EMAIL,
        what=f"Order {document.order.number} names no e-mail address.",
        why="Customers are told apart by their e-mail; without one nobody knows whose account this is.",
        fix="Add the e-mail address to the order in the shop, or enter this document by hand.",
    )
