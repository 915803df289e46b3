"""The lists that the shop keeps: their paths, permissions, ids and columns, in one table.

Facts: adobe_commerce.md §1.6 (resources), §4.1 (paths), §9.3 (unknown ids and columns), §9.7 (ids).
"""

from __future__ import annotations

from dataclasses import dataclass

from ml_connector.adobe.sandbox import credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of document.

    kind: the name of its file in the format of recordings/shop/, without `.json`.
    listing, single: paths below `/V1/`; `single` takes the id as one more segment, and may not exist.
    resource: the ACL resource that an integration needs.
    id_field: where the id stands in the document; id_column: what filters and sorts call it.
    missing: which words a 404 uses: `entity`, `sku`, or the field name of "No such entity with".
    attributes: an EAV entity (customers, products): a filter by an unknown name is 400 and a sort by one
        is ignored, where a plain table answers 500 to both.
    columns: columns that may have no value in any document at hand, and so cannot be seen in them.
    links: what a connector filters and sorts by: they are there even while the list is empty.
    indexes: columns whose index the database was seen to read several values by, which is then the order
        of an unsorted list (recorded: orders/or_filter_group).
    """

    kind: str
    listing: str
    resource: str
    single: str | None = None
    id_field: str = "entity_id"
    id_column: str = "entity_id"
    missing: str = "entity"
    attributes: bool = False
    columns: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()


_DATED = ("created_at", "updated_at")
_OF_ORDER = ("order_id", *_DATED)

ENTITIES = (
    Entity(
        kind="orders",
        links=_DATED,
        listing="orders",
        single="orders",
        resource=credentials.ORDERS,
        columns=(
            *("applied_rule_ids", "coupon_code", "customer_id", "customer_taxvat", "edit_increment"),
            *("ext_customer_id", "ext_order_id", "hold_before_state", "hold_before_status"),
            *("original_increment_id", "relation_child_id", "relation_parent_id", "shipping_method"),
            *("total_canceled", "total_invoiced", "total_paid", "total_refunded", "x_forwarded_for"),
        ),
        indexes=("state", "status"),
    ),
    Entity(
        kind="invoices",
        links=_OF_ORDER,
        listing="invoices",
        single="invoices",
        resource=credentials.INVOICES,
        columns=("base_total_refunded", "discount_description", "email_sent", "transaction_id"),
    ),
    Entity(
        kind="creditmemos",
        links=_OF_ORDER,
        listing="creditmemos",
        single="creditmemo",
        resource=credentials.CREDIT_MEMOS,
        columns=("creditmemo_status", "discount_description", "email_sent", "invoice_id", "transaction_id"),
    ),
    Entity(
        kind="shipments",
        links=_OF_ORDER,
        listing="shipments",
        single="shipment",
        resource=credentials.SHIPMENTS,
        columns=("customer_id", "email_sent", "shipment_status", "total_weight"),
    ),
    Entity(
        kind="transactions",
        links=("order_id", "created_at"),
        listing="transactions",
        single="transactions",
        resource=credentials.TRANSACTIONS,
        id_field="transaction_id",
        id_column="transaction_id",
        columns=("parent_id", "parent_txn_id"),
    ),
    Entity(
        kind="customers",
        links=_DATED,
        listing="customers/search",
        single="customers",
        resource=credentials.CUSTOMERS,
        id_field="id",
        missing="customerId",
        attributes=True,
        columns=(
            *("confirmation", "default_billing", "default_shipping", "dob", "gender"),
            *("middlename", "prefix", "suffix", "taxvat"),
        ),
    ),
    Entity(
        kind="customer_groups",
        listing="customerGroups/search",
        resource=credentials.CUSTOMER_GROUPS,
        id_field="id",
        id_column="id",
    ),
    Entity(
        kind="products",
        links=_DATED,
        listing="products",
        single="products",
        resource=credentials.PRODUCTS,
        id_field="id",
        missing="sku",
        attributes=True,
        columns=("cost", "special_price", "tax_class_id", "url_key", "weight"),
    ),
    Entity(
        kind="tax_rates",
        listing="taxRates/search",
        single="taxRates",
        resource=credentials.TAX,
        id_field="id",
        id_column="tax_calculation_rate_id",
        missing="taxRateId",
        columns=("zip_from", "zip_is_range", "zip_to"),
    ),
    Entity(
        kind="tax_classes",
        listing="taxClasses/search",
        single="taxClasses",
        resource=credentials.TAX,
        id_field="class_id",
        id_column="class_id",
        missing="class_id",
    ),
    Entity(
        kind="tax_rules",
        listing="taxRules/search",
        single="taxRules",
        resource=credentials.TAX,
        id_field="id",
        id_column="tax_calculation_rule_id",
        missing="taxRuleId",
    ),
    # The shop's cart rules were not recorded: only who may read them was.
    Entity(
        kind="cart_rules",
        listing="salesRules/search",
        resource=credentials.CART_RULES,
        id_field="rule_id",
        id_column="rule_id",
    ),
)

BY_KIND = {entity.kind: entity for entity in ENTITIES}
