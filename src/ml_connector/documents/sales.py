"""A sales document of the shop in our own words: a captured invoice or a credit memo, joined to its order.

Everything that deciding needs is here and nothing that only the shop's API knows. Amounts stand twice, in
the base currency of the website (`base`) and in the currency of the order (`order`), each from the shop's
own figures; neither is ever converted into the other (reference: adobe_commerce.md §5.1). They are exact
decimals with up to four places, positive unless said otherwise.

The document is worth `Totals.worth`: its grand total and what gift cards, store credit and points took off
it. What its lines, carriage, wrapping, adjustments and fixed product taxes come to is checked against it in
`checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ml_connector.documents.address import Address as Address
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.shop import ShopFacts as ShopFacts
from ml_connector.documents.tender import Tendered


class DocumentState(StrEnum):
    """Where an invoice or credit memo stands in the shop; only captured ones are sales or refunds."""

    OPEN = "open"
    CAPTURED = "captured"
    CANCELLED = "cancelled"


class Supply(StrEnum):
    """What a line supplies. A gift card is owed until it is spent; UNKNOWN is a type that nobody foresaw."""

    GOODS = "goods"
    SERVICES = "services"
    GIFT_CARD = "gift-card"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRate:
    """A tax that the shop applied. `country` is its authority's, “” when the shop knows the rate no more.

    `base` and `order` are what the shop says it comes to on this very line, None where it does not say so.
    """

    code: str
    percent: Decimal
    country: str
    base: Decimal | None = None
    order: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """One line's money in one currency.

    `full` is net before discount; `compensation` is the tax part of a discount given on tax-inclusive
    prices; `levy` is the fixed product tax of the whole line and `levy_tax` the VAT on it, neither of which
    is in `full` or `tax` (reference: adobe_commerce.md §5.3, §5.5). `full_gross` is `full` with the VAT that
    it would bear before discount, as the shop states it; None when it does not.
    """

    full: Decimal
    discount: Decimal = ZERO
    compensation: Decimal = ZERO
    tax: Decimal = ZERO
    levy: Decimal = ZERO
    levy_tax: Decimal = ZERO
    full_gross: Decimal | None = None

    @property
    def net(self) -> Decimal:
        """Net after discount, without fixed product tax."""
        return self.full - self.discount + self.compensation


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriageAmounts:
    """The carriage's money in one currency; `discount` and `compensation` as in `Amounts`."""

    full: Decimal
    discount: Decimal = ZERO
    compensation: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Net after discount (reference: adobe_commerce.md §5.4)."""
        return self.full - self.discount + self.compensation


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The header in one currency, as the shop states it. `discount` is negative, as in the shop's headers.

    `compensation` on a credit memo already holds the carriage's part. `paid_back` and `fee_kept` are a
    credit memo's adjustments. `wrapping` is gift wrapping without its VAT, which is in `tax` and again in
    `wrapping_tax`. `tender` is what gift cards, store credit and points took off `grand_total` (§5.7).
    """

    subtotal: Decimal
    discount: Decimal
    carriage: Decimal
    tax: Decimal
    compensation: Decimal
    carriage_compensation: Decimal
    carriage_tax: Decimal
    paid_back: Decimal
    fee_kept: Decimal
    grand_total: Decimal
    wrapping: Decimal = ZERO
    wrapping_tax: Decimal = ZERO
    tender: Decimal = ZERO

    @property
    def worth(self) -> Decimal:
        """What the sale or refund comes to, however it was paid: the figure that the books must show."""
        return self.grand_total + self.tender


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesLine:
    """A row that carries money.

    `tax_class` is “” when it could not be read, `NO_TAX_CLASS` when the product has none. `percent` is the
    order's rate for the row; `rates` are the taxes that make it up, empty at 0 %.
    """

    item_id: int
    sku: str
    name: str
    quantity: Decimal
    product_type: str
    supply: Supply
    tax_class: str
    percent: Decimal
    rates: tuple[AppliedRate, ...]
    base: Amounts
    order: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """The delivery charge of this document, and the taxes that the order put on delivery."""

    rates: tuple[AppliedRate, ...]
    base: CarriageAmounts
    order: CarriageAmounts


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappingAmounts:
    """One kind of gift wrapping in one currency: the charge, and the VAT on it in the header's tax."""

    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapping:
    """A charge for gift wrapping; `what` says of what: the order, its items, or a printed card."""

    what: str
    base: WrappingAmounts
    order: WrappingAmounts


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAmount:
    """An amount beside the core totals, under the shop's own field name: somebody's extension."""

    field: str
    base: Decimal
    order: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """The order that a document belongs to.

    `finished`: complete or closed. `to_ship`: something still has to be sent. `paid_online` is what the
    payment gateway captured in base currency, None when it says nothing. `carriage` is the order's whole
    carriage in base currency, `order_carriage` in the order's; `extras` are non-zero amounts on the order in
    fields that we do not know.
    `customer_id` is the shop's own id of a registered customer, “” for a guest and for one whose registration
    was deleted; `company_id` and `company_name` are those of the company that they bought for (B2B), else “”.
    `replaces` and `replaced_by` are the numbers of the orders before and after it was edited, “” without one.
    """

    entity_id: int
    number: str
    state: str
    finished: bool
    to_ship: bool
    email: str
    vat_number: str
    customer_group: str
    method: str
    captures: tuple[str, ...]
    paid_online: Decimal | None
    carriage: CarriageAmounts
    extras: tuple[NamedAmount, ...] = ()
    customer_id: str = ""
    company_id: str = ""
    company_name: str = ""
    replaces: str = ""
    replaced_by: str = ""
    order_carriage: CarriageAmounts = CarriageAmounts(full=ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A document of the same order, the one in hand included. `rows` are (order item, quantity), sorted.

    `base_total` is its grand total, `base_tender` what gift cards, store credit and points paid of it beside;
    `order_total` and `order_tender` are the same in the order's currency.
    `transaction` is the gateway's id on it, “” when it has none.
    """

    kind: Kind
    entity_id: int
    number: str
    state: DocumentState
    created_at: datetime
    base_total: Decimal
    transaction: str
    rows: tuple[tuple[int, Decimal], ...]
    base_tender: Decimal = ZERO
    order_total: Decimal = ZERO
    order_tender: Decimal = ZERO

    @property
    def base_worth(self) -> Decimal:
        """What the sale or refund comes to, however it was paid."""
        return self.base_total + self.base_tender


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDocument:
    """A captured invoice or credit memo with everything that is needed to say what the books should say.

    `date` is `created_at` (UTC) as a date in the shop's time zone. `transaction` is the gateway's id on the
    document itself, “” when it has none. `extras` are non-zero amounts on the document in fields that we do
    not know. `tenders` paid for a part of it, beside its grand total; `unplaced` are tenders that the order
    states and its documents do not add up to. `invoiced_beyond_order`: captured invoices bill more than was
    ordered.
    """

    kind: Kind
    entity_id: int
    number: str
    state: DocumentState
    created_at: datetime
    date: date
    website: str
    store_view: str
    base_currency: str
    order_currency: str
    bill_to: Address
    deliver_to: Address | None
    lines: tuple[SalesLine, ...]
    carriage: Carriage
    base: Totals
    order_totals: Totals
    order: OrderFacts
    relatives: tuple[Relative, ...]
    invoiced_beyond_order: bool
    transaction: str
    tenders: tuple[Tendered, ...]
    extras: tuple[NamedAmount, ...]
    fingerprint: str
    wrappings: tuple[Wrapping, ...] = ()
    unplaced: tuple[Tendered, ...] = ()

    @property
    def delivered_to(self) -> Address:
        """Where the supply goes: the delivery address, else the billing address."""
        return self.deliver_to or self.bill_to

    @property
    def vat_valid(self) -> bool:
        """Whether the shop has had the customer's VAT number confirmed, on either address."""
        return self.delivered_to.vat_valid or self.bill_to.vat_valid
