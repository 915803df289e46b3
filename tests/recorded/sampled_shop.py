"""The sampled orders of a second, smaller shop, decided with a chart of its own.

Its tax settings were changed from case to case (recordings: samples), so each case is an order by itself;
each is decided with its documents in the order of time, as `posted_shop` does for the recorded shop.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

from ml_connector.adobe.reader import Bundle, product_ids, read_bundle, shop_facts
from ml_connector.adobe.sandbox.jsontext import Json as Value
from ml_connector.adobe.sandbox.jsontext import write
from ml_connector.documents.identity import Kind
from ml_connector.documents.sales import SalesDocument
from ml_connector.documents.shop import ShopFacts
from ml_connector.posting.chart import Chart
from ml_connector.posting.company import Catalogue, CompanyIdentity, Nominal, TaxCode
from ml_connector.posting.customers.matching import index_of
from ml_connector.posting.customers.shopper import shopper_of
from ml_connector.posting.decide import Sibling, Situation, decide
from ml_connector.posting.plan import Decision, Planned

D = Decimal
_LINES = lzma.decompress((Path(__file__).parent / "samples.jsonl.xz").read_bytes()).decode().splitlines()
Document = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sampled order with its documents, as the shop sent them."""

    name: str
    order: Document
    invoices: tuple[Document, ...]
    memos: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A document of a sample, and what was decided on it. `name` is as in `decimal_qty/invoice1`."""

    name: str
    total: Decimal
    document: SalesDocument
    decision: Decision


def _read() -> tuple[Mapping[str, object], dict[str, Sample]]:
    first, *rest = (json.loads(line, parse_float=Decimal) for line in _LINES)
    made = {
        str(each["name"]): Sample(
            name=str(each["name"]),
            order=each["order"],
            invoices=tuple(each["invoices"]),
            memos=tuple(each["creditmemos"]),
        )
        for each in rest
    }
    return first, made


SETTINGS, SAMPLES = _read()
FACTS: ShopFacts = shop_facts(SETTINGS)
NO_CLASS, ZERO_RATED = "0", "5"
CLASSES = {"Z1": ZERO_RATED, "N1": NO_CLASS}
"""Tax classes of products by SKU (recordings: samples, `customer_mixed_vat_complete`); the others by rate."""
STANDARD, REDUCED = "2", "4"
BY_RATE = {D(5): REDUCED, D(7): REDUCED}

COMPANY = Catalogue(
    company=CompanyIdentity(name="Sampled Ltd", company_id="c-2", version="32.0"),
    base_currency="GBP",
    country="GB",
    accounts=(),
    stock=(),
    nominals=(
        Nominal(code="1100", name="Debtors Control Account", control=True),
        Nominal(code="1200", name="Bank Current Account", bank=True),
        Nominal(code="2230", name="Taxes owed elsewhere"),
        Nominal(code="4000", name="Sales"),
        Nominal(code="4009", name="Discounts Allowed"),
        Nominal(code="4905", name="Distribution and Carriage"),
    ),
    tax_codes=(
        TaxCode(number=0, description="Zero rated", rate=D(0)),
        TaxCode(number=1, description="Standard rated", rate=D(20)),
        TaxCode(number=2, description="Exempt", rate=D(0)),
        TaxCode(number=5, description="Lower rate", rate=D(5)),
        TaxCode(number=9, description="Not involving VAT", rate=D(0)),
        TaxCode(number=31, description="OSS Germany", rate=D(19)),
        TaxCode(number=32, description="OSS Germany reduced", rate=D(7)),
    ),
    default_nominal="4000",
    default_tax_code=1,
)


def decide_sample(sample: Sample, chart: Chart, order: Document | None = None) -> list[Sampled]:
    """Every document of a sample; `order` stands in for its order. What is planned counts as proved."""
    invoices, memos = tuple(map(_text, sample.invoices)), tuple(map(_text, sample.memos))
    named = [
        *((Kind.INVOICE, f"invoice{at}", text) for at, text in enumerate(invoices, 1)),
        *((Kind.CREDIT_MEMO, f"creditmemo{at}", text) for at, text in enumerate(memos, 1)),
    ]
    siblings: list[Sibling] = []
    made: list[Sampled] = []
    for kind, name, text in named:
        bundle = Bundle(
            kind=kind,
            document=text,
            order=_text(order or sample.order),
            invoices=invoices,
            memos=memos,
            products=_products(sample.order, text),
        )
        document = read_bundle(bundle, FACTS)
        decision = decide(document, _place(document, chart, tuple(siblings)))
        siblings.append(_standing(document, decision))
        made.append(
            Sampled(
                name=f"{sample.name.partition('__')[2]}/{name}",
                total=document.base.grand_total,
                document=document,
                decision=decision,
            )
        )
    return made


def _standing(document: SalesDocument, decision: Decision) -> Sibling:
    plan = decision.plan if isinstance(decision, Planned) else None
    return Sibling(
        kind=document.kind,
        entity_id=document.entity_id,
        number=document.number,
        state="proved" if plan else "held",
        created_at=document.created_at,
        plan=plan,
    )


def _place(document: SalesDocument, chart: Chart, siblings: tuple[Sibling, ...]) -> Situation:
    return Situation(
        tag="K7",
        connection_id="shop",
        chart=chart,
        chart_version=1,
        catalogue=COMPANY,
        index=index_of(COMPANY, chart.customers),
        accounts={shopper_of(document, chart).entity: "LAB00001"},
        siblings=siblings,
    )


def _products(order: Document, text: str) -> tuple[str, ...]:
    """The products of a document's rows, as far as their tax class is asked for."""
    items = cast("list[Document]", order["items"])
    known = {item["product_id"]: item for item in items}
    return tuple(_product(known[each]) for each in product_ids(text) if each in known)


def class_of(item: Document) -> str:
    """The tax class of an order item's product."""
    percent = D(str(item.get("tax_percent") or 0)).normalize()
    return CLASSES.get(str(item["sku"])) or BY_RATE.get(percent, STANDARD)


def _product(item: Document) -> str:
    attribute: Value = {"attribute_code": "tax_class_id", "value": class_of(item)}
    return write({"id": item["product_id"], "custom_attributes": [attribute]})


def _text(document: Document) -> str:
    return write(dict(document))
