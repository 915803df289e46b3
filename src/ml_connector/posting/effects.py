"""The effects that a plan is made of: each is one write in Sage, looked for and read back on its own.

Amounts are whole minor units (pence) of the plan's currency; they are never negative, unless a line says
`negative`. A value that does not add up cannot be built: it raises ValueError.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ml_connector.documents.money import to_minor

ADDRESS_LINES = 5
ADDRESS_FIELDS = tuple(f"address_{n}" for n in range(1, ADDRESS_LINES + 1))
EMAIL_FIELDS = ("email", "email_2", "email_3")
CUSTOMER_FIELDS = ("name", *ADDRESS_FIELDS, "contact", "telephone", *EMAIL_FIELDS, "vat_number", "country")
"""The fields of an account that may follow the shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One expected ledger split: signs as in the ledger of its type, so usually positive."""

    nominal: str
    tax_code: int
    net: int
    tax: int
    department: int = 0

    @property
    def gross(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFields:
    """A Sage customer record as it is to be created, already fitted to Sage's lengths and characters.

    `address` is street 1, street 2, town, county, postcode (reference: sage50_uk_sdo.md §3.2). `left_out` is
    what the shop knows and the record has no room for; it is shown, not written.
    """

    name: str
    address: tuple[str, ...]
    contact: str
    telephone: str
    email: str
    vat_number: str
    country: str
    currency: str
    nominal: str
    tax_code: int
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.address) != ADDRESS_LINES:
            raise ValueError("a Sage address has five lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsureCustomer:
    """The account exists and carries the e-mail of `fields`, or is created when `create` says so.

    `by_reference`: a person said that this account is the shopper's, whatever e-mails it carries.
    """

    id: str
    account_ref: str
    create: bool
    fields: CustomerFields
    by_reference: bool = False
    type: str = "customer"

    def __post_init__(self) -> None:
        if self.create and self.by_reference:
            raise ValueError("an account that a person names is there already")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of an account, by the name in `CUSTOMER_FIELDS`: written only where it still holds `was`."""

    field: str
    was: str
    becomes: str

    def __post_init__(self) -> None:
        if self.field not in CUSTOMER_FIELDS:
            raise ValueError(f"an account has no field {self.field!r} that is kept up")
        if self.was == self.becomes:
            raise ValueError(f"{self.field} does not change")
        if not self.becomes and self.field not in ADDRESS_FIELDS:
            raise ValueError(f"{self.field} is never cleared")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateCustomer:
    """Fields of an account follow the shop. Where one holds neither `was` nor `becomes`, a person changed it
    meanwhile, and it stays as it is.
    """

    id: str
    account_ref: str
    changes: tuple[FieldChange, ...]
    type: str = "customer-update"

    def __post_init__(self) -> None:
        names = [change.field for change in self.changes]
        if not names or len(set(names)) != len(names):
            raise ValueError("an update changes at least one field, and each once")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line of a Sage invoice or credit.

    `full_net` is quantity × unit price rounded to pence, `discount` the DISCOUNT_AMOUNT, and
    `full_net - discount = net` exactly, so that Sage may recompute net and finds the same.
    `rule` names the rule that made the line; `order_item` the shop's order item that it is of, 0 for none,
    so that a credit note finds the tax code of its invoice.
    """

    stock_code: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    full_net: int
    discount: int
    net: int
    tax: int
    tax_code: int
    tax_rate: Decimal
    nominal: str
    rule: str
    department: int = 0
    service: bool = False
    negative: bool = False
    order_item: int = 0

    def __post_init__(self) -> None:
        if self.full_net - self.discount != self.net:
            raise ValueError(f"line {self.stock_code}: full net less discount is not net")
        if to_minor(self.quantity * self.unit_price) != self.full_net:
            raise ValueError(f"line {self.stock_code}: quantity × unit price is not full net")
        if min(self.full_net, self.discount, self.net, self.tax) < 0:
            raise ValueError(f"line {self.stock_code}: amounts are positive, `negative` gives the sign")

    @property
    def sign(self) -> int:
        return -1 if self.negative else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """Carriage in the document's header (CARR_*)."""

    net: int
    tax: int
    tax_code: int
    nominal: str
    department: int = 0

    def __post_init__(self) -> None:
        if min(self.net, self.tax) < 0:
            raise ValueError("carriage is never negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDocument:
    """A Sage sales invoice or credit with our reference as the last word of CUST_ORDER_NUMBER.

    `order_number` is the shop's order number, which alone may be shortened to make room for the reference.
    """

    id: str
    credit: bool
    service: bool
    order_number: str
    name: str
    address: tuple[str, ...]
    delivery_name: str
    delivery_address: tuple[str, ...]
    contact: str
    telephone: str
    notes: tuple[str, ...]
    lines: tuple[DocumentLine, ...]
    carriage: Carriage | None
    type: str = "document"

    def __post_init__(self) -> None:
        if not len(self.address) == len(self.delivery_address) == ADDRESS_LINES:
            raise ValueError("a Sage address has five lines")

    @property
    def net(self) -> int:
        return sum(line.sign * line.net for line in self.lines) + (self.carriage.net if self.carriage else 0)

    @property
    def tax(self) -> int:
        return sum(line.sign * line.tax for line in self.lines) + (self.carriage.tax if self.carriage else 0)

    def splits(self) -> tuple[Split, ...]:
        """What the ledger update makes of it: one split per line with a value, then carriage."""
        made = [
            Split(
                nominal=line.nominal,
                tax_code=line.tax_code,
                net=line.sign * line.net,
                tax=line.sign * line.tax,
                department=line.department,
            )
            for line in self.lines
            if line.net or line.tax
        ]
        carriage = self.carriage
        if carriage and (carriage.net or carriage.tax):
            made.append(
                Split(
                    nominal=carriage.nominal,
                    tax_code=carriage.tax_code,
                    net=carriage.net,
                    tax=carriage.tax,
                    department=carriage.department,
                )
            )
        return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLedger:
    """The saved document is posted to the ledger: one SI or SC header with these splits."""

    id: str
    credit: bool
    splits: tuple[Split, ...]
    type: str = "ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money received on the account (SA) through a bank; `reference` is the whole INV_REF."""

    id: str
    reference: str
    bank: str
    amount: int
    date: date
    details: str
    type: str = "receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment:
    """Money paid back to the customer (SP) from a bank; `reference` is the whole INV_REF."""

    id: str
    reference: str
    bank: str
    amount: int
    date: date
    details: str
    type: str = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationSide:
    """One split of an entry of ours: the entry by its reference, the split by its place in it, from 0.

    `gross` is the split's own gross, to be sure that it is the one that was meant.
    """

    reference: str
    position: int
    gross: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """`amount` of a credit-side split (SA, SC) is set against a debit-side split (SI, SP)."""

    id: str
    debit: AllocationSide
    credit: AllocationSide
    amount: int
    date: date
    type: str = "allocation"


Effect = EnsureCustomer | UpdateCustomer | PostDocument | UpdateLedger | Receipt | Allocation | RefundPayment
