"""The receipt and refund effects: money on the customer's account, straight into the ledger.

A receipt is a payment on account (SA), a refund a payment to the customer (SP); header and one split, whose
nominal is the bank's, with the non-VAT tax code (reference: sage50_uk_sdo.md §4.4, §4.6, §6). The reference
is the whole INV_REF. `PostingNumber` is not used: whether newer versions give the header's or the split's
number is not known (§9 point 10), and the look that follows finds the entry by its reference.
"""

from __future__ import annotations

from typing import cast

from ml_connector.posting.plan import Plan, Receipt, RefundPayment
from ml_connector.sage.uk.currencies import Currencies
from ml_connector.sage.uk.enums import NON_VAT_TAX_CODE, TransType
from ml_connector.sage.uk.sdo import TransactionPost, moment, money
from ml_connector.sage.uk.session import Session


def post_money(session: Session, currencies: Currencies, plan: Plan, effect: Receipt | RefundPayment) -> None:
    """Enter the money. Raises what `Session.writing` raises, and what `foreign_values` raises."""
    is_receipt = isinstance(effect, Receipt)
    doing = f"entering the {'receipt' if is_receipt else 'refund payment'} {effect.reference}"
    kind = int(TransType.SA if is_receipt else TransType.SP)
    foreign = currencies.foreign_values(plan.currency, reached_sage=True)
    with session.writing(doing, reached_sage=True):
        post = cast(TransactionPost, session.create("TransactionPost"))
        header = {
            "TYPE": kind,
            "ACCOUNT_REF": plan.account_ref,
            "BANK_CODE": effect.bank,
            "DATE": moment(effect.date),
            "INV_REF": effect.reference,
            "DETAILS": effect.details,
            **foreign,
        }
        session.put("TransactionPost.Header", post.Header.Fields, header)
        split = {
            "TYPE": kind,
            "NOMINAL_CODE": effect.bank,
            "TAX_CODE": NON_VAT_TAX_CODE,
            "NET_AMOUNT": money(effect.amount),
            "TAX_AMOUNT": 0.0,
            "DETAILS": effect.details,
            "DATE": moment(effect.date),
        }
        session.put("TransactionPost.Item", post.Items.Add().Fields, split)
        session.must(post.Update(), doing, reached_sage=True)
