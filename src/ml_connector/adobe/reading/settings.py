"""The shop's settings in our words: websites, store views, groups, tax classes, rates and rules.

Reference: adobe_commerce.md §4.1 (the lists), §9.7 (their ids). The store lists hold an “admin” of id 0,
which sells nothing and is left out. Lists that this shop does not let us read are empty.
"""

from __future__ import annotations

from collections.abc import Mapping

from ml_connector.adobe.reading.fields import Fields
from ml_connector.documents.shop import (
    NO_TAX_CLASS,
    CustomerGroup,
    ShopFacts,
    StoreView,
    TaxClass,
    TaxRate,
    TaxRule,
    Website,
)

_ADMIN = "0"


def shop_facts(settings: Mapping[str, object]) -> ShopFacts:
    """Read `ShopReads.settings()`; raises NeedsPerson (`document-unreadable`) naming the field at fault."""
    lists = Fields("settings", settings)
    configs = {config.id("id"): config for config in lists.rows("store_configs")}
    return ShopFacts(
        websites=tuple(
            Website(id=site.id("id"), name=site.text_or_empty("name"))
            for site in lists.rows("websites")
            if site.id("id") != _ADMIN
        ),
        store_views=tuple(
            _store_view(view, configs[view.id("id")])
            for view in lists.rows("store_views")
            if view.id("id") in configs
        ),
        groups=tuple(
            CustomerGroup(
                id=group.id("id"), name=group.text_or_empty("code"), tax_class=group.id("tax_class_id")
            )
            for group in lists.rows("customer_groups")
        ),
        product_classes=tuple(
            TaxClass(id=kind.id("class_id"), name=kind.text_or_empty("class_name"))
            for kind in lists.rows("tax_classes")
            if kind.text_or_empty("class_type") == "PRODUCT"
        ),
        rates=tuple(
            TaxRate(
                id=rate.id("id"),
                code=rate.text("code"),
                country=rate.text("tax_country_id").upper(),
                percent=rate.needed_amount("rate"),
            )
            for rate in lists.rows("tax_rates")
        ),
        rules=tuple(
            TaxRule(
                customer_classes=rule.ids("customer_tax_class_ids"),
                product_classes=rule.ids("product_tax_class_ids"),
                rates=rule.ids("tax_rate_ids"),
            )
            for rule in lists.rows("tax_rules")
        ),
    )


def product_tax_class(product: Fields) -> str:
    """The tax class of a product: its id, `NO_TAX_CLASS` for “None”, “” when the product does not say."""
    for attribute in product.rows("custom_attributes"):
        if attribute.values.get("attribute_code") == "tax_class_id":
            value = str(attribute.values.get("value") or "0")
            return NO_TAX_CLASS if value == "0" else value
    return ""


def _store_view(view: Fields, config: Fields) -> StoreView:
    return StoreView(
        id=view.id("id"),
        website=view.id("website_id"),
        name=view.text_or_empty("name"),
        base_currency=config.text("base_currency_code"),
        time_zone=config.text("timezone"),
    )
