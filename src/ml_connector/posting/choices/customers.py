"""The chart's section on customers: who shares an account, what a new one is called, and who keeps it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ml_connector.errors import Finding
from ml_connector.posting.choices.acceptance import Acceptance
from ml_connector.posting.choices.findings import invalid
from ml_connector.posting.company import Account, Catalogue

ACCOUNT_REF = 8
"""An A/C reference has at most so many characters (reference: sage50_uk_sdo.md §3.2)."""


class Websites(StrEnum):
    """Whether one e-mail on two websites is one customer."""

    TOGETHER = "together"
    APART = "apart"


class LettersOf(StrEnum):
    """What the letters of a new A/C reference are taken from; a company's are always of its name."""

    NAME = "name"
    SURNAME = "surname"
    POSTCODE = "postcode"


class UpdatePolicy(StrEnum):
    """What becomes of an account when the shopper's details change in the shop.

    FILL_BLANKS fills empty fields. FOLLOW also overwrites what we wrote last and nobody has changed since.
    """

    NEVER = "never"
    FILL_BLANKS = "fill-blanks"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceMask:
    """How a new A/C reference is made up: `prefix`, then up to `letters` letters, then a counter.

    The counter has `digits` digits and begins at 1; when it is full, it takes the place of letters.
    """

    prefix: str = ""
    letters_of: LettersOf = LettersOf.NAME
    letters: int = 5
    digits: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSalesRow:
    """Sales like these stand on this one account. An empty condition fits everything; all have to fit.

    Conditions are the shop's own ids; `currency` is that in which the sale is posted.
    """

    account_ref: str
    currency: str = ""
    website: str = ""
    store_view: str = ""
    customer_group: str = ""
    accepted: Acceptance = field(default_factory=Acceptance)

    @property
    def conditions(self) -> tuple[str, str, str, str]:
        """In a fixed order, to be compared."""
        return (self.currency, self.website, self.store_view, self.customer_group)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChoices:
    """Without a choice each shopper has an account per currency, and no account is ever changed.

    `plus_addresses`: ann+shop@example.com is ann@example.com. `web_sales` empty: nobody shares an account.
    """

    plus_addresses: bool = False
    websites: Websites = Websites.TOGETHER
    mask: ReferenceMask = field(default_factory=ReferenceMask)
    update: UpdatePolicy = UpdatePolicy.NEVER
    web_sales: tuple[WebSalesRow, ...] = ()


def customer_findings(customers: CustomerChoices, catalogue: Catalogue) -> Iterator[Finding]:
    """What is wrong with the section for this company."""
    yield from _mask_findings(customers.mask)
    accounts = {account.ref: account for account in catalogue.accounts}
    for row in customers.web_sales:
        yield from _row_findings(row, accounts.get(row.account_ref))
    for n, first in enumerate(customers.web_sales):
        for second in customers.web_sales[n + 1 :]:
            if first.account_ref != second.account_ref and _undecided(first, second, customers.web_sales):
                yield invalid(
                    f"The web-sales rows for {describe(first)} and for {describe(second)} name two accounts, "
                    f"{first.account_ref} and {second.account_ref}, and a sale can fit both.",
                    "Narrow one of them, or add a row for what fits both.",
                )


def narrower(row: WebSalesRow, other: WebSalesRow) -> bool:
    """Whether `row` says all that `other` says, and more."""
    pairs = list(zip(row.conditions, other.conditions, strict=True))
    return all(theirs in ("", ours) for ours, theirs in pairs) and row.conditions != other.conditions


def describe(row: WebSalesRow) -> str:
    """Its conditions in words."""
    names = ("currency", "website", "store view", "customer group")
    said = [f"{name} {value}" for name, value in zip(names, row.conditions, strict=True) if value]
    return ", ".join(said) or "everything"


def _mask_findings(mask: ReferenceMask) -> Iterator[Finding]:
    length = len(mask.prefix) + mask.letters + mask.digits
    if mask.letters < 0 or mask.digits < 1 or length > ACCOUNT_REF:
        yield invalid(
            f"The mask of new A/C references makes {length} characters with {mask.digits} digits.",
            f"Take at most {ACCOUNT_REF} characters, at least one of them a digit.",
        )
    if not (mask.prefix.isascii() and (mask.prefix.isalnum() or not mask.prefix)) or (
        mask.prefix != mask.prefix.upper()
    ):
        yield invalid(
            f"New A/C references cannot begin with “{mask.prefix}”.",
            "Use letters A to Z in capitals and digits: a reference cannot be changed once it is made.",
        )


def _row_findings(row: WebSalesRow, account: Account | None) -> Iterator[Finding]:
    if account is None:
        yield invalid(
            f"The web-sales account {row.account_ref or '(none)'} is not in this company.",
            "Create it in Customers in Sage, or name another account in the chart.",
        )
    elif row.currency not in ("", account.currency):
        yield invalid(
            f"The web-sales account {row.account_ref} is kept in {account.currency}, not in {row.currency}.",
            "Name an account of that currency.",
        )


def _undecided(first: WebSalesRow, second: WebSalesRow, rows: tuple[WebSalesRow, ...]) -> bool:
    """Whether some sale could fit both, with nothing that decides between them."""
    pairs = list(zip(first.conditions, second.conditions, strict=True))
    if any(one and other and one != other for one, other in pairs):
        return False
    if narrower(first, second) or narrower(second, first):
        return False
    both = tuple(one or other for one, other in pairs)
    return first.conditions == second.conditions or all(row.conditions != both for row in rows)
