"""The integrations that the pretend shop knows: made-up keys that open nothing but a pretend shop.

There are three, with the rights of the three that the real shop was recorded with (recordings/README.md):
one with all permissions, one that may read orders only, and one that may read sales documents, customers,
products, stores and tax, but no transactions, customer groups or cart rules.
"""

from __future__ import annotations

from dataclasses import dataclass

ORDERS = "Magento_Sales::actions_view"
INVOICES = "Magento_Sales::sales_invoice"
CREDIT_MEMOS = "Magento_Sales::sales_creditmemo"
SHIPMENTS = "Magento_Sales::shipment"
TRANSACTIONS = "Magento_Sales::transactions_fetch"
CUSTOMERS = "Magento_Customer::customer"
CUSTOMER_GROUPS = "Magento_Customer::group"
PRODUCTS = "Magento_Catalog::products"
TAX = "Magento_Tax::manage_tax"
STORES = "Magento_Backend::store"
CART_RULES = "Magento_SalesRule::quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """One integration of the shop: its number, its four OAuth 1.0a values and its rights.

    `resources` are Adobe's ACL resources (reference: adobe_commerce.md §1.6). Keys, tokens and
    secrets are dummies of 32 characters.
    """

    consumer_id: int
    name: str
    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str
    resources: frozenset[str]


def _integration(consumer_id: int, name: str, resources: set[str]) -> Integration:
    return Integration(
        consumer_id=consumer_id,
        name=f"connector_{name}",
        consumer_key=f"sandboxconsumerkey{name:0>14}",
        consumer_secret=f"sandboxconsumersecret{name:0>11}",
        access_token=f"sandboxaccesstoken{name:0>14}",
        access_token_secret=f"sandboxaccesssecret{name:0>13}",
        resources=frozenset(resources),
    )


_READONLY = {ORDERS, INVOICES, CREDIT_MEMOS, SHIPMENTS, CUSTOMERS, PRODUCTS, TAX, STORES}

FULL = _integration(1, "full", _READONLY | {TRANSACTIONS, CUSTOMER_GROUPS, CART_RULES})
LIMITED = _integration(2, "limited", {ORDERS})
READONLY = _integration(3, "readonly", _READONLY)

INTEGRATIONS = (FULL, LIMITED, READONLY)
