"""The document effect: a saved invoice or credit in Invoices & credits, made with InvoicePost.

VAT is the plan's own: TAX_FLAG and TAX_AMOUNT on every line, so that Sage does not compute it again; the
plan's net is what quantity, price and discount come to, in case it computes that (reference: sage50_uk_sdo.md
§4.2, §4.3). INVOICE_NUMBER is never set: Sage numbers its documents. Nothing of the reply is trusted: the
look that follows reads the document back.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from ml_connector.errors import Defect
from ml_connector.posting.plan import DocumentLine, Plan, PostDocument
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.enums import INVOICE_TYPE, LEDGER_TYPE
from ml_connector.sage.uk.sdo import InvoicePost, moment, money
from ml_connector.sage.uk.session import Session

ORDER_REFERENCE_LENGTH = 30
"""CUST_ORDER_NUMBER takes 60, but INV_REF, into which a ledger update may copy it, takes 30 (§3.3, §3.7)."""

Values = dict[str, str | int | float | datetime]


def save_document(session: Session, currencies: Currencies, plan: Plan, effect: PostDocument) -> None:
    """Save the document. Raises what `Session.writing` raises, and what `foreign_values` raises."""
    doing = f"saving the document {plan.reference}"
    type_code = INVOICE_TYPE[effect.credit, effect.service]
    foreign = currencies.foreign_values(plan.currency, reached_sage=False)
    with session.writing(doing, reached_sage=False):
        post = cast(InvoicePost, session.create("InvoicePost"))
        post.Type = LEDGER_TYPE[type_code]
        header: Values = {
            "INVOICE_TYPE_CODE": int(type_code),
            **_header(plan, effect),
            **foreign,
        }
        session.put("InvoicePost.Header", post.Header.Fields, header)
        items = post.Items
        for line in effect.lines:
            session.put("InvoicePost.Item", items.Add().Fields, _line(line, effect))
        session.must(post.Update(), doing, reached_sage=False)


def order_reference(order_number: str, reference: str) -> str:
    """The order number and our reference, at most 30 characters: the order number alone is shortened."""
    room = ORDER_REFERENCE_LENGTH - len(reference) - 1
    if room < 0:
        raise Defect(f"the reference {reference} leaves no room in Sage")
    return f"{order_number.strip()[:room]} {reference}".strip()


def _header(plan: Plan, effect: PostDocument) -> Values:
    values: Values = {
        "ACCOUNT_REF": plan.account_ref,
        "INVOICE_DATE": moment(plan.date),
        "CUST_ORDER_NUMBER": order_reference(effect.order_number, plan.reference),
        "NAME": effect.name,
        "DELIVERY_NAME": effect.delivery_name,
        "CONTACT_NAME": effect.contact,
        "CUST_TEL_NUMBER": effect.telephone,
        # A prompt-payment discount would change the VAT (§4.3).
        "SETTLEMENT_DUE_DAYS": 0,
        "SETTLEMENT_DISC_RATE": 0.0,
    }
    values.update((f"ADDRESS_{n}", line) for n, line in enumerate(effect.address[:5], 1))
    values.update((f"DEL_ADDRESS_{n}", line) for n, line in enumerate(effect.delivery_address[:5], 1))
    values.update((f"NOTES_{n}", line) for n, line in enumerate(effect.notes[:3], 1))
    carriage = effect.carriage
    if carriage is not None:
        values |= {
            "CARR_NET": money(carriage.net),
            "CARR_TAX": money(carriage.tax),
            "CARR_TAX_CODE": carriage.tax_code,
            "CARR_NOM_CODE": carriage.nominal,
            "CARR_DEPT_NUMBER": carriage.department,
        }
    return values


def _line(line: DocumentLine, effect: PostDocument) -> Values:
    return {
        "STOCK_CODE": line.stock_code,
        "DESCRIPTION": line.description[:60],
        "QTY_ORDER": float(line.quantity),
        "UNIT_PRICE": float(line.unit_price),
        "DISCOUNT_AMOUNT": money(line.discount),
        "FULL_NET_AMOUNT": money(line.full_net),
        "NET_AMOUNT": money(line.net),
        "TAX_CODE": line.tax_code,
        "TAX_RATE": float(line.tax_rate),
        "TAX_AMOUNT": money(line.tax),
        "TAX_FLAG": 1,
        "NOMINAL_CODE": line.nominal,
        "DEPT_NUMBER": line.department,
        "SERVICE_FLAG": int(line.service or effect.service),
        "IS_NEGATIVE_LINE": int(line.negative),
    }
