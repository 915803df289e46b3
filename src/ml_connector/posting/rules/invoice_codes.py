"""The rule `as-invoiced`: a credit note takes the tax codes of its invoices.

What is given back is taxed as it was sold, whatever the chart or the shop says by now: the code is read from
the plans of the order's invoices, by order item. Only where this connector planned no invoice of a line is
the chart's table asked. Worked table: docs/rules/credit-note-codes.md.
"""

from __future__ import annotations

from ml_connector.documents.identity import Kind
from ml_connector.posting.plan import PostDocument
from ml_connector.posting.rules.case import Case


def codes_of_row(case: Case, order_item: int) -> frozenset[int]:
    """The codes on which a memo's row was invoiced; none for an invoice, or where no invoice is known.

    A line worth nothing bears no VAT, so its code says nothing.
    """
    return frozenset(
        line.tax_code
        for document in _invoices(case)
        for line in document.lines
        if line.order_item == order_item and (line.net or line.tax)
    )


def codes_of_carriage(case: Case, rule: str) -> frozenset[int]:
    """The codes on which a memo's carriage was invoiced, in a header or on a line of this rule."""
    headers = {document.carriage.tax_code for document in _invoices(case) if document.carriage}
    lines = {
        line.tax_code
        for document in _invoices(case)
        for line in document.lines
        if line.rule == rule and (line.net or line.tax)
    }
    return frozenset(headers | lines)


def _invoices(case: Case) -> tuple[PostDocument, ...]:
    if case.document.kind is not Kind.CREDIT_MEMO:
        return ()
    invoices = (plan.document for plan in case.earlier if plan.kind is Kind.INVOICE)
    return tuple(document for document in invoices if document)
