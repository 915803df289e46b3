"""An auditor who knows neither plans nor receipts: it has the exported company and the shop's JSON alone.

It imports nothing of ml_connector. `audit` returns every sentence it would write into its report; a clean
set of books gives none.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, str]
CONNECTOR = "MLCONN"
PENNY = Decimal("0.01")
KINDS = {"invoice": ("invoices", "SI", 1), "creditmemo": ("creditmemos", "SC", -1)}
NOT_IN_BOOKS = ("held", "waiting", "skipped")


@dataclass(frozen=True)
class Books:
    """The exported tables, and what the connector claims."""

    invoices: list[Row]
    items: list[Row]
    headers: list[Row]
    splits: list[Row]
    usage: list[Row]
    customers: list[Row]
    claims: list[Row]

    @classmethod
    def read(cls, folder: Path) -> Books:
        def table(name: str) -> list[Row]:
            with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        return cls(
            invoices=table("INVOICE"),
            items=table("INVOICE_ITEM"),
            headers=table("AUDIT_HEADER"),
            splits=table("AUDIT_SPLIT"),
            usage=table("AUDIT_USAGE"),
            customers=table("SALES_LEDGER"),
            claims=table("claims"),
        )


@dataclass(frozen=True)
class Shop:
    """The shop's captured documents by kind and id, and the time zone of each store."""

    documents: Mapping[tuple[str, str], Mapping[str, Any]]
    zones: Mapping[int, ZoneInfo]

    @classmethod
    def read(cls, lists: Mapping[str, Sequence[Mapping[str, Any]]]) -> Shop:
        documents = {
            (kind, str(document["entity_id"])): document
            for kind, (name, _, _) in KINDS.items()
            for document in lists[name]
            if document["state"] == 2
        }
        return cls(documents, {row["id"]: ZoneInfo(row["timezone"]) for row in lists["store_configs"]})


def exact(text: str) -> Any:
    """JSON with exact numbers."""
    return json.loads(text, parse_float=Decimal)


def pence(amount: object) -> Decimal:
    """An amount rounded half away from zero to two decimals."""
    return Decimal(str(amount or 0)).quantize(PENNY, ROUND_HALF_UP)


def audit(books: Books, shop: Shop) -> list[str]:
    """Everything that is wrong; empty for books that are right."""
    return [
        *_claims_cover_the_shop(books, shop),
        *_each_claim_stands_once(books, shop),
        *_nothing_unclaimed(books),
        *_totals(books, shop),
        *_headers_are_their_splits(books),
        *_debtors(books),
        *_allocations(books),
    ]


def _claims_cover_the_shop(books: Books, shop: Shop) -> Iterable[str]:
    claimed = Counter((claim["kind"], claim["entity_id"]) for claim in books.claims)
    for key in shop.documents:
        if claimed[key] != 1:
            yield f"{key} is claimed {claimed[key]} times"
    for key in claimed:
        if key not in shop.documents:
            yield f"{key} is claimed and the shop has no such captured document"
    references = Counter(claim["reference"] for claim in books.claims)
    for reference, count in references.items():
        if count != 1 or not 0 < len(reference) <= 20:
            yield f"reference {reference!r} is claimed {count} times"


def _each_claim_stands_once(books: Books, shop: Shop) -> Iterable[str]:
    by_reference: dict[str, list[Row]] = defaultdict(list)
    for invoice in books.invoices:
        by_reference[invoice["CUST_ORDER_NUMBER"].rpartition(" ")[2]].append(invoice)
    for claim in books.claims:
        found = by_reference[claim["reference"]]
        wanted = 1 if claim["state"] == "proved" else 0
        if len(found) != wanted:
            yield f"{claim['reference']} is {claim['state']} and stands {len(found)} times in INVOICE"
            continue
        if found:
            document = shop.documents[claim["kind"], claim["entity_id"]]
            yield from _one(books, shop, claim, found[0], document)


def _one(books: Books, shop: Shop, claim: Row, invoice: Row, document: Mapping[str, Any]) -> Iterable[str]:
    name, (_, kind, _) = claim["reference"], KINDS[claim["kind"]]
    total = pence(document["base_grand_total"])
    made = datetime.fromisoformat(str(document["created_at"])).replace(tzinfo=UTC)
    date = made.astimezone(shop.zones[int(document["store_id"])]).date().isoformat()
    if claim["number"] != document["increment_id"]:
        yield f"{name} is called {claim['number']}, in the shop {document['increment_id']}"
    if invoice["POSTED_CODE"] != "1" or invoice["INVOICE_DATE"] != date:
        yield f"{name}: posted {invoice['POSTED_CODE']}, dated {invoice['INVOICE_DATE']} and not {date}"
    if Decimal(invoice["INVOICE_GROSS"]) != total:
        yield f"{name}: the document says {invoice['INVOICE_GROSS']}, the shop {total}"
    headers = [
        header
        for header in books.headers
        if header["TYPE"] == kind
        and header["USER_NAME"] == CONNECTOR
        and header["ACCOUNT_REF"] == invoice["ACCOUNT_REF"]
        and header["INV_REF"] in (invoice["INVOICE_NUMBER"], invoice["CUST_ORDER_NUMBER"])
    ]
    if len(headers) != 1:
        yield f"{name}: {len(headers)} ledger entries"
    elif Decimal(headers[0]["GROSS_AMOUNT"]) != total or headers[0]["DATE"] != date:
        yield f"{name}: the ledger says {headers[0]['GROSS_AMOUNT']} on {headers[0]['DATE']}"
    elif Decimal(headers[0]["TAX_AMOUNT"]) != (tax := pence(document["base_tax_amount"])):
        yield f"{name}: VAT is {headers[0]['TAX_AMOUNT']} in the ledger and {tax} in the shop"


def _nothing_unclaimed(books: Books) -> Iterable[str]:
    proved = Counter(claim["kind"] for claim in books.claims if claim["state"] == "proved")
    entries = Counter(header["TYPE"] for header in books.headers if header["USER_NAME"] == CONNECTOR)
    for claimed, (_, kind, _) in KINDS.items():
        if entries[kind] != proved[claimed]:
            yield f"{proved[claimed]} {claimed} are proved, the connector made {entries[kind]} {kind}"
    inv_refs = Counter(h["INV_REF"] for h in books.headers if h["USER_NAME"] == CONNECTOR)
    yield from (f"{inv_ref} stands {count} times" for inv_ref, count in inv_refs.items() if count > 1)


def _totals(books: Books, shop: Shop) -> Iterable[str]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for claim in books.claims:
        document = shop.documents.get((claim["kind"], claim["entity_id"]))
        if document is not None:
            amount = KINDS[claim["kind"]][2] * pence(document["base_grand_total"])
            sums[document["base_currency_code"]] += amount
            if claim["state"] in NOT_IN_BOOKS:
                sums[document["base_currency_code"]] -= amount
    signs = {kind: sign for _, kind, sign in KINDS.values()}
    for header in books.headers:
        if header["USER_NAME"] == CONNECTOR and header["TYPE"] in signs:
            sums["GBP"] -= signs[header["TYPE"]] * Decimal(header["GROSS_AMOUNT"])
    yield from (f"{currency} differs by {amount}" for currency, amount in sums.items() if amount)


def _headers_are_their_splits(books: Books) -> Iterable[str]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for split in books.splits:
        sums[split["HEADER_NUMBER"]][0] += Decimal(split["NET_AMOUNT"])
        sums[split["HEADER_NUMBER"]][1] += Decimal(split["TAX_AMOUNT"])
    for header in books.headers:
        net, tax = sums[header["HEADER_NUMBER"]]
        if (net, tax) != (Decimal(header["NET_AMOUNT"]), Decimal(header["TAX_AMOUNT"])):
            yield f"header {header['HEADER_NUMBER']} is not the sum of its splits"


def _debtors(books: Books) -> Iterable[str]:
    signs = {"SI": 1, "SP": 1, "SC": -1, "SA": -1, "SR": -1}
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for header in books.headers:
        balances[header["ACCOUNT_REF"]] += signs.get(header["TYPE"], 0) * Decimal(header["GROSS_AMOUNT"])
    for customer in books.customers:
        if Decimal(customer["BALANCE"]) != balances[customer["ACCOUNT_REF"]]:
            yield f"{customer['ACCOUNT_REF']} owes {customer['BALANCE']}, its entries say otherwise"


def _allocations(books: Books) -> Iterable[str]:
    gross = {split["SPLIT_NUMBER"]: abs(Decimal(split["GROSS_AMOUNT"])) for split in books.splits}
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for usage in books.usage:
        paid[usage["SPLIT_NUMBER"]] += abs(Decimal(usage["AMOUNT"]))
    for number, amount in paid.items():
        if amount > gross[number]:
            yield f"split {number} is allocated {amount} of {gross[number]}"
