"""Sales that stand on one account for many shoppers, where the chart says so.

Never a sale that somebody may want to find on an account of their own: with a VAT number, for a company, left
unpaid, or paid in another currency than the one it is posted in.
"""

from __future__ import annotations

from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Code, Finding
from ml_connector.posting.chart import Chart
from ml_connector.posting.choices.customers import WebSalesRow, narrower
from ml_connector.posting.currency import as_posted, foreign
from ml_connector.posting.customers.matching import AccountIndex, account_finding
from ml_connector.posting.customers.shopper import email_finding


def web_sales_row(document: SalesDocument, chart: Chart) -> WebSalesRow | None:
    """The row that this sale falls under, the narrowest that fits; None when it has an account of its own."""
    document = as_posted(document, chart)
    if not chart.customers.web_sales or _needs_its_own(document, chart):
        return None
    facts = (document.base_currency, document.website, document.store_view, document.order.customer_group)
    fitting = [
        row
        for row in chart.customers.web_sales
        if all(wanted in ("", fact) for wanted, fact in zip(row.conditions, facts, strict=True))
    ]
    return next(
        (
            row
            for row in fitting
            if all(narrower(row, each) or each.account_ref == row.account_ref for each in fitting)
        ),
        None,
    )


def nobody_to_bill(document: SalesDocument, chart: Chart) -> Finding | None:
    """Why nobody can tell whose account this is, if so: a sale on a web-sales account needs no e-mail."""
    return None if web_sales_row(document, chart) else email_finding(document)


def web_sales_account(row: WebSalesRow, index: AccountIndex, currency: str) -> str | Finding:
    """The row's account as Sage spells it, or why it cannot be used."""
    account = index.account(row.account_ref)
    if account is None:
        return Finding(
            code=Code.WEB_SALES_ACCOUNT_MISSING,
            what=f"The web-sales account {row.account_ref} is not in Sage.",
            why="The chart puts this sale on it.",
            fix="Create the account in Customers in Sage, or name another in the chart.",
        )
    return account_finding(account, currency) or account.ref


def _needs_its_own(document: SalesDocument, chart: Chart) -> bool:
    order, address = document.order, document.bill_to
    return bool(
        address.vat_number
        or order.vat_number
        or address.company
        or order.company_id
        or document.base_currency == chart.currency != document.order_currency
        or not chart.payments.bank_of(order.method, foreign(document, chart))
    )
