"""Amounts that stand beside Adobe Commerce's core totals: tender, gift wrapping, and totals of extensions.

They arrive as extension attributes, tender sometimes on the object itself (adobe_commerce.md §5.7).
Gift wrapping's amounts are strings that may be empty, and its base amounts have the “base” in the middle.
Fees of the Admin UI SDK are a list on the order, each naming the documents that it was invoiced and refunded
on; here they are `custom_fees.‹code›`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ml_connector.adobe.reading.fields import Fields
from ml_connector.documents.identity import Kind
from ml_connector.documents.money import ZERO
from ml_connector.documents.sales import NamedAmount, Wrapping, WrappingAmounts
from ml_connector.documents.tender import Tender, Tendered

_TENDERS = {"gift_cards_amount": Tender.GIFT_CARD, "customer_balance_amount": Tender.STORE_CREDIT}
_POINTS = "reward_currency_amount"
_CREDITED = "customer_balance_total_refunded"
_WRAPPINGS = (
    ("gw", "Gift wrapping of the order"),
    ("gw_items", "Gift wrapping of items"),
    ("gw_card", "Printed card"),
)
_OWN = ("gw_", "gift_cards_", "customer_balance_", "reward_")
"""How the paid edition's own extension attributes begin: those are understood here or tell no amount due."""

_DECIMAL = re.compile(r"-?\d+\.\d+")  # extensions write amounts as numbers or as such strings
_FEES = "custom_fees"


def tenders(document: Fields) -> tuple[Tendered, ...]:
    """Gift cards and store credit on an invoice or credit memo, with an amount."""
    found = (_tendered(document, name, tender) for name, tender in _TENDERS.items())
    return tuple(each for each in found if each.base or each.order)


def points(order: Fields) -> Tendered:
    """The reward points that paid for an order; they stand nowhere else."""
    return _tendered(order, _POINTS, Tender.POINTS)


def credited(order: Fields) -> Tendered:
    """What was given back as store credit on the whole order."""
    return _tendered(order, _CREDITED, Tender.STORE_CREDIT)


def wrappings(document: Fields) -> tuple[Wrapping, ...]:
    """The charges for gift wrapping on an invoice or credit memo, with their VAT."""
    extension = _extension(document)
    found = (
        Wrapping(
            what=what,
            base=WrappingAmounts(
                net=extension.amount(f"{name}_base_price"), tax=extension.amount(f"{name}_base_tax_amount")
            ),
            order=WrappingAmounts(
                net=extension.amount(f"{name}_price"), tax=extension.amount(f"{name}_tax_amount")
            ),
        )
        for name, what in _WRAPPINGS
    )
    return tuple(
        each for each in found if any((each.base.net, each.base.tax, each.order.net, each.order.tax))
    )


def extras(holder: Fields) -> tuple[NamedAmount, ...]:
    """Non-zero amounts in extension attributes that are nobody's but an extension's, by field name."""
    extension = _extension(holder)
    plain = {name.removeprefix("base_") for name in extension.values if _is_amount(extension, name)}
    names = sorted(name for name in plain if not name.startswith(_OWN))
    return tuple(_some(_named(extension, name, f"base_{name}", name) for name in names))


def fees_of(kind: Kind, entity_id: int, order: Fields) -> tuple[NamedAmount, ...]:
    """The order's custom fees that name this document as the one they were invoiced or refunded on."""
    by, what = ("invoice_id", "invoiced") if kind is Kind.INVOICE else ("creditmemo_id", "refunded")
    own = (fee for fee in _extension(order).rows(_FEES) if str(fee.values.get(by)) == str(entity_id))
    return tuple(_some(_fee(fee, f"_{what}") for fee in own))


def fees_unnamed(kind: Kind, order: Fields) -> tuple[NamedAmount, ...]:
    """The order's custom fees that name no document of this kind."""
    by = "invoice_id" if kind is Kind.INVOICE else "creditmemo_id"
    rest = (fee for fee in _extension(order).rows(_FEES) if fee.values.get(by) in (None, "", "0", 0))
    return tuple(_some(_fee(fee, "") for fee in rest))


def _fee(fee: Fields, suffix: str) -> NamedAmount:
    name = f"{_FEES}.{fee.text('custom_fee_code')}"
    return _named(fee, name, f"base_custom_fee_amount{suffix}", f"custom_fee_amount{suffix}")


def _named(holder: Fields, name: str, base: str, order: str) -> NamedAmount:
    return NamedAmount(field=name, base=holder.amount(base), order=holder.amount(order))


def _some(amounts: Iterator[NamedAmount]) -> Iterator[NamedAmount]:
    return (amount for amount in amounts if amount.base or amount.order)


def _tendered(holder: Fields, name: str, tender: Tender) -> Tendered:
    extension = _extension(holder)

    def either(field: str) -> Decimal:
        return extension.amount(field) or holder.amount(field) or ZERO

    return Tendered(tender=tender, base=either(f"base_{name}"), order=either(name))


def _extension(holder: Fields) -> Fields:
    return holder.inner("extension_attributes") or Fields(holder.what, {})


def _is_amount(extension: Fields, name: str) -> bool:
    value = extension.values.get(name)
    if isinstance(value, str):
        return _DECIMAL.fullmatch(value) is not None
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
