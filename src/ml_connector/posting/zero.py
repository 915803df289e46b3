"""What becomes of a document that comes to 0.00: posted, left out, or left out once its customer stands.

Sage saves such a document and updates its ledger without making a transaction (reference: sage50_uk_sdo.md
§4.3; docs/reference/settle-on-sage.md), so that posting one leaves the invoice, its lines and its stock
movements in Sage and nothing in the ledger. What was paid by gift card, store credit or points does not come
to nothing. Worked table: docs/rules/zero-documents.md.
"""

from __future__ import annotations

from ml_connector.errors import Code, Finding
from ml_connector.posting.choices.lines import ZeroAs, ZeroDocuments
from ml_connector.posting.plan import Held, Skipped, Waiting


def zero(chosen: ZeroDocuments | None, account: str | Waiting | Held) -> Skipped | Waiting | Held | None:
    """The decision on a document of 0.00, given its customer's account; None when it is to be posted."""
    if chosen is None:
        return Held(findings=(_unset(),))
    match chosen.becomes:
        case ZeroAs.POST:
            return None
        case ZeroAs.SKIP:
            why = "It comes to 0.00, and the chart leaves such documents out."
        case ZeroAs.CUSTOMER_ONLY:
            if not isinstance(account, str):
                return account
            why = f"It comes to 0.00, and the chart leaves such documents out; its customer is A/C {account}."
    return Skipped(code=Code.ZERO_DOCUMENT, why=why)


def _unset() -> Finding:
    return Finding(
        code=Code.ZERO_DOCUMENT,
        what="This document comes to 0.00.",
        why="Whether such documents stand in Sage is a choice that nobody has made in the chart.",
        fix="Choose in the chart what becomes of documents that come to 0.00.",
    )
