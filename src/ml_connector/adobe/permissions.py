"""The ACL resources that the connector reads by, and where a person ticks each of them.

Resources and paths: reference adobe_commerce.md §1.6, §9.2. The words of the tree are those of the shop's
admin in English, System > Integrations > API; a translation or an extension may name them otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from ml_connector.adobe.criteria import query
from ml_connector.errors import Code, Finding

# No list has so many rows: up to 2.3 the last page comes again, since 2.4.0 an empty one (§4.3).
PAGE_PAST_THE_END = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One ACL resource: what it opens, in a person's words; where it is ticked; and the request that shows
    whether it is granted, which asks for one row at most. That of a flow depends on what was read of it, and
    is made in `probe_walk.py`."""

    resource: str
    opens: str
    ticked_at: str
    path: str
    query: str = ""


STORES = Permission(
    resource="Magento_Backend::store",
    opens="Websites and stores",
    ticked_at="Stores > Settings > All Stores",
    path="store/websites",
)
ORDERS = Permission(
    resource="Magento_Sales::actions_view",
    opens="Orders",
    ticked_at="Sales > Operations > Orders > Actions > View",
    path="orders",
)
INVOICES = Permission(
    resource="Magento_Sales::sales_invoice",
    opens="Invoices",
    ticked_at="Sales > Operations > Invoices",
    path="invoices",
)
CREDIT_MEMOS = Permission(
    resource="Magento_Sales::sales_creditmemo",
    opens="Credit memos",
    ticked_at="Sales > Operations > Credit Memos",
    path="creditmemos",
)
TAXES = Permission(
    resource="Magento_Tax::manage_tax",
    opens="Tax classes, rates and rules",
    ticked_at="Stores > Taxes",
    path="taxClasses/search",
    query=query((), sort=(), page_size=1, page=PAGE_PAST_THE_END),
)
PERMISSIONS = (
    STORES,
    ORDERS,
    INVOICES,
    CREDIT_MEMOS,
    Permission(
        resource="Magento_Sales::transactions_fetch",
        opens="Payment transactions",
        ticked_at="Sales > Operations > Transactions > Fetch",
        path="transactions",
        query=query((), sort=(), page_size=1),
    ),
    Permission(
        resource="Magento_Customer::customer",
        opens="Customers",
        ticked_at="Customers",
        path="customers/search",
        query=query((), sort=(), page_size=1),
    ),
    Permission(
        resource="Magento_Customer::group",
        opens="Customer groups",
        ticked_at="Customers > Customer Groups",
        path="customerGroups/search",
        query=query((), sort=(), page_size=1),
    ),
    Permission(
        resource="Magento_Catalog::products",
        opens="Products",
        ticked_at="Catalog > Inventory > Products",
        path="products",
        query=query((), sort=(), page_size=1),
    ),
    TAXES,
)
"""Everything that is read, the first being what a ping begins with."""


def lacking(permission: Permission, named: str) -> Finding:
    """What to do about a permission that is not granted; `named` is the resource by the shop's own word."""
    tick = f"{permission.ticked_at} ({named})" if named == permission.resource else named
    return Finding(
        code=Code.SHOP_PERMISSION,
        what=f"{permission.opens} may not be read: the integration lacks {named}.",
        why="The resource is not ticked for it.",
        fix=f"In the shop's admin, System > Integrations, open the integration, tick {tick} under API, save,"
        " and activate it again.",
    )
