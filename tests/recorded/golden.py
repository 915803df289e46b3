"""Which orders of the recorded shop have a golden plan, and what each of them shows.

A golden plan is what would stand in Sage for all of an order's documents, as a bookkeeper reads it
(`posting.show`). `tools/golden_plans.py` writes the files anew; do that only to change them on purpose, and
read the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ml_connector.posting.chart import Gate
from ml_connector.posting.show import show
from tests.recorded.posted_shop import PostedShop

FOLDER = Path(__file__).parent / "plans"

ORDERS: Mapping[str, str] = {
    "000000001": "carriage without VAT on taxed goods: held, and its credit memo with it",
    "000000002": "card captured with the order: receipt and allocations",
    "000000004": "20 %, 5 %, zero-rated, exempt and untaxed lines; goods refunded with an adjustment refund",
    "000000005": "7 × 0.99; refunded less a fee",
    "000000006": "2.35 m of fabric: a row, and a total, with four decimals",
    "000000007": "37 pieces at 0.03",
    "000000009": "a levy beside VAT: held",
    "000000010": "fixed product tax with VAT of its own",
    "000000011": "two variants of a configurable product",
    "000000012": "a zero-rated configurable product",
    "000000013": "a bundle at a dynamic price: its parts at three rates",
    "000000014": "a bundle at a fixed price: the bundle itself",
    "000000015": "a bundle sent in parts",
    "000000016": "grouped products",
    "000000017": "services only: no delivery address, no carriage",
    "000000018": "an exempt service beside taxed goods",
    "000000020": "two downloads, taxed and zero-rated",
    "000000021": "a custom option",
    "000000022": "a product that Sage does not have: held",
    "000000023": "SKUs that no Sage code can be: special items",
    "000000024": "names and addresses that have to be fitted",
    "000000025": "a company with a VAT number",
    "000000026": "billed at home, sent to Ireland with Irish VAT: held",
    "000000027": "exported untaxed to the United States",
    "000000029": "sent untaxed to Jersey",
    "000000030": "sent untaxed to Germany",
    "000000031": "10 % off",
    "000000032": "5.00 off, spread over three rates",
    "000000033": "1.00 off each piece, some of them down to nothing",
    "000000034": "a third off goods and carriage",
    "000000038": "a document that comes to 0.00: left out",
    "000000040": "a discount on bundles of both kinds",
    "000000042": "free delivery",
    "000000043": "a purchase order: unpaid",
    "000000048": "one order captured in two parts",
    "000000049": "a refund online: paid back, and met by the credit",
    "000000051": "two part invoices, carriage on the first",
    "000000053": "three part invoices with a discount",
    "000000055": "a full refund without an invoice named",
    "000000057": "goods and carriage refunded less a fee",
    "000000058": "an adjustment refund alone",
    "000000059": "carriage refunded alone",
    "000000060": "two refunds, one with both adjustments",
    "000000061": "a full refund that discounts carriage more than the invoice did",
    "000000062": "a part of a bundle refunded",
    "000000063": "one of two variants refunded",
    "000000064": "fixed product tax refunded for one of two pieces",
    "000000079": "a customer who has an account already",
    "000000083": "a trade customer with a VAT number and a discount",
    "000000085": "a charity: every line zero-rated",
    "000000089": "a German customer",
    "000000119": "a refund of goods that takes back some of the carriage's discount",
    "000000138": "one basket bought and refunded twice: two orders, not one doubled",
    "000000142": "invoiced without a capture: unpaid",
    "000000144": "two part invoices and a refund",
    "000000145": "a card refund online",
    "000000146": "an open invoice: waits for its money",
    "000000147": "a cancelled invoice: left out",
    "3000000001": "sold in euros, booked in pounds from the shop's own figures",
    "3000000003": "sold in euros to Germany, untaxed",
    "3000000006": "sold in euros: two part invoices with four decimals",
    "3000000008": "sold in euros: half the carriage refunded, less a fee",
    "4000000002": "prices with VAT: 7 × 0.99",
    "4000000004": "prices with VAT, 10 % off: the tax part of the discount",
    "4000000006": "prices with VAT, a third off goods and carriage",
    "4000000007": "prices with VAT: a discounted bundle at three rates",
    "4000000010": "prices with VAT and fixed product tax",
    "4000000014": "prices with VAT: three part invoices with a discount on carriage",
    "4000000017": "prices with VAT, exported: the VAT is taken out",
    "5000000006": "a website in euros: held, and its credit memo with it",
}


def golden_plans() -> dict[str, str]:
    """File name → text, for each order above, with the gate “invoiced”."""
    texts: dict[str, list[str]] = {number: [f"{number}: {what}\n"] for number, what in ORDERS.items()}
    for posted in PostedShop(gate=Gate.INVOICED).decide_all():
        number = posted.document.order.number
        if number in texts:
            texts[number].append(show(posted.document, posted.decision))
    return {f"{number}.txt": "\n".join(parts) for number, parts in texts.items()}
