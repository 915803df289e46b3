"""Lines as the chart chooses them: decided, written by the UK driver, and in the pretend Sage's ledger.

The chart is the specs'; the catalogue is what the driver reads. Each effect is looked for, written, and found
again exactly as planned, so that what is asked here is what else it did: stock, ledger, refusals.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Code, NeedsPerson
from ml_connector.posting.choices.lines import Adjustment, DiscountLine, ZeroAs, ZeroDocuments
from ml_connector.posting.choices.stock import GoodsReturned, NoStock
from ml_connector.posting.company import Catalogue, LedgerEntry
from ml_connector.posting.decide import Sibling, decide
from ml_connector.posting.plan import Decision, Plan
from ml_connector.sage.conformance.steps import make_some
from ml_connector.sage.uk.sandbox import manager
from ml_connector.sage.uk.sandbox.company import create_company
from ml_connector.sage.uk.sandbox.specs import CustomerSpec, StockSpec
from ml_connector.sage.uk.sandbox.switches import Switches
from ml_connector.sage.uk.session import Logon
from tests.conformance.uk_bench import UkBench
from tests.specs.posting_company import CHART, EMAIL, YES
from tests.specs.posting_examples import CARRIAGE, SOLD_AT, book, codes, memo, planned, row, sale, situation

pytestmark = pytest.mark.slow

D = Decimal
BY_LINE = DiscountLine(nominal="4009", accepted=YES)
STOCK = tuple(StockSpec(code=code, quantity=D(100)) for code in ("MUG-STD", "BOOK-ZERO", "PENNY-STD"))
CUSTOMERS = (CustomerSpec(account_ref="PENRO001", name="Ann Penrose", email=EMAIL),)
OTHER_WAY = Switches(line_net="recomputed", inv_ref_after_post="cust_order_number", failure="returns_false")


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return create_company(
        tmp_path_factory.mktemp("standard"), stock=STOCK, customers=CUSTOMERS, history=False
    )


@pytest.fixture(scope="module")
def vat_cash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cash")
    return create_company(folder, stock=STOCK, customers=CUSTOMERS, history=False, vat_cash=True)


class Desk:
    """One company, the chart as bent for a test, and what came of each document in the order it was sold."""

    def __init__(self, template: Path, folder: Path, switches: Switches | None = None) -> None:
        self.bench = UkBench(template, folder, switches)
        self.chart = CHART
        self._siblings: list[Sibling] = []

    def catalogue(self) -> Catalogue:
        with self.bench.door.open(self.bench.index) as books:
            return books.catalogue()

    def decided(self, document: SalesDocument) -> Decision:
        found = situation(chart=self.chart, catalogue=self.catalogue(), siblings=tuple(self._siblings))
        return decide(document, found)

    def posted(self, document: SalesDocument) -> Plan:
        """Decide the document and make all of its effects."""
        plan = planned(self.decided(document))
        make_some(self.bench, plan)
        self._siblings.append(
            Sibling(
                kind=document.kind,
                entity_id=document.entity_id,
                number=document.number,
                state="proved",
                created_at=SOLD_AT,
                plan=plan,
            )
        )
        return plan

    def ledger(self) -> list[LedgerEntry]:
        with self.bench.door.open(self.bench.index) as books:
            return list(books.ledger())

    def in_stock(self, code: str) -> Decimal:
        with manager.logged_on(self.bench.accdata) as workspace:
            record = workspace.CreateObject("StockRecord")
            record.Fields.Item("STOCK_CODE").Value = code
            assert record.Find(False)
            return D(str(record.Fields.Item("QTY_IN_STOCK").Value)).normalize()


def gross(entry: LedgerEntry) -> int:
    return sum(split.net + split.tax for split in entry.splits)


def paid(document: SalesDocument) -> SalesDocument:
    order = replace(document.order, captures=("CAP",), paid_online=document.base.grand_total)
    return replace(document, order=order, transaction="CAP")


@pytest.mark.parametrize("switches", [Switches(), OTHER_WAY], ids=["as believed", "the other way"])
def test_discount_lines_reach_the_ledger_with_their_tax_codes_and_the_receipt_closes_the_invoice(
    standard: Path, tmp_path: Path, switches: Switches
) -> None:
    desk = Desk(standard, tmp_path, switches)
    desk.chart = replace(CHART, lines=replace(CHART.lines, discount_line=BY_LINE))
    goods = row("99.99", "18.00", discount="10.00", full_gross="119.99")
    free = row("3.96", "0", discount="3.96", full_gross="4.75", sku="PENNY-STD", quantity="4", item_id=2)
    plan = desk.posted(paid(sale(goods, free, carriage=CARRIAGE)))
    (entry,) = desk.ledger()
    splits = [(split.nominal, split.tax_code, split.net, split.tax) for split in entry.splits]
    assert splits == [
        ("4000", 1, 9999, 2000),
        ("4000", 1, 396, 79),
        ("4009", 1, -1396, -279),
        ("4905", 1, 495, 99),
    ]
    assert gross(entry) == plan.gross == 11_393
    assert (desk.in_stock("MUG-STD"), desk.in_stock("PENNY-STD")) == (97, 96)


def test_a_credit_of_an_invoice_with_a_discount_line_is_set_against_what_it_leaves_open(
    standard: Path, tmp_path: Path
) -> None:
    desk = Desk(standard, tmp_path)
    desk.chart = replace(CHART, lines=replace(CHART.lines, discount_line=BY_LINE))
    goods = row("99.99", "18.00", discount="10.00", full_gross="119.99")
    invoice = sale(goods)
    desk.posted(invoice)
    plan = desk.posted(memo(goods, of=invoice))
    assert plan.ledger is not None
    assert [split.net for split in plan.ledger.splits] == [9999, -1000]
    assert sum(gross(entry) * (-1 if entry.type == "SC" else 1) for entry in desk.ledger()) == 0


def test_a_credit_note_moves_no_stock_and_stands_where_the_sale_stood(standard: Path, tmp_path: Path) -> None:
    desk = Desk(standard, tmp_path)
    invoice = sale(row(), book())
    desk.posted(invoice)
    assert (desk.in_stock("MUG-STD"), desk.in_stock("BOOK-ZERO")) == (97, 99)
    desk.posted(memo(row(), book(), of=invoice))
    assert (desk.in_stock("MUG-STD"), desk.in_stock("BOOK-ZERO")) == (97, 99)
    sold, refunded = desk.ledger()
    assert (sold.type, refunded.type) == ("SI", "SC")
    assert refunded.splits == sold.splits


def test_refunded_goods_come_back_into_stock_where_the_chart_says_so(standard: Path, tmp_path: Path) -> None:
    desk = Desk(standard, tmp_path)
    desk.chart = replace(CHART, stock=replace(CHART.stock, goods_returned=GoodsReturned(accepted=YES)))
    invoice = sale(row("18.2595", "0.91", quantity="2.35", percent="5", tax_class="5", sku="MUG-STD"))
    desk.posted(invoice)
    assert desk.in_stock("MUG-STD") == D("97.65")
    desk.posted(memo(*invoice.lines, of=invoice))
    assert desk.in_stock("MUG-STD") == 100


def test_without_stock_lines_are_services_with_true_quantities_and_nothing_moves(
    standard: Path, tmp_path: Path
) -> None:
    desk = Desk(standard, tmp_path)
    desk.chart = replace(CHART, stock=replace(CHART.stock, no_stock=NoStock(accepted=YES)))
    plan = desk.posted(sale(row("24.97", "4.50", discount="3.00", compensation="0.50"), row(sku="no such")))
    assert plan.document is not None
    assert [(line.stock_code, line.quantity) for line in plan.document.lines] == [("S3", 3), ("S3", 3)]
    assert plan.document.lines[1].description == "no such Stoneware Mug"
    assert desk.in_stock("MUG-STD") == 100
    assert [gross(entry) for entry in desk.ledger()] == [plan.gross]


def test_a_document_of_nothing_moves_its_stock_and_leaves_nothing_in_the_ledger(
    standard: Path, tmp_path: Path
) -> None:
    desk = Desk(standard, tmp_path)
    nothing = ZeroDocuments(becomes=ZeroAs.POST, accepted=YES)
    desk.chart = replace(CHART, lines=replace(CHART.lines, zero_documents=nothing))
    gift = row("3.96", "0", discount="3.96", sku="PENNY-STD", quantity="4")
    invoice = sale(gift, entity_id=8)
    plan = desk.posted(invoice)
    assert (plan.gross, [effect.type for effect in plan.effects]) == (0, ["document", "ledger"])
    desk.posted(memo(gift, of=invoice, entity_id=9))
    assert desk.ledger() == []
    assert desk.in_stock("PENNY-STD") == 96


def test_an_adjustment_with_vat_in_it_stands_under_its_code(standard: Path, tmp_path: Path) -> None:
    desk = Desk(standard, tmp_path)
    chosen = Adjustment(nominal="4009", tax_code=1, accepted=YES)
    desk.chart = replace(CHART, lines=replace(CHART.lines, adjustment=chosen))
    invoice = sale(row())
    desk.posted(invoice)
    desk.posted(memo(row(), of=invoice, fee_kept="2.50"))
    credit = desk.ledger()[1]
    assert [(split.tax_code, split.net, split.tax) for split in credit.splits] == [
        (1, 2997, 599),
        (1, -208, -42),
    ]


class TestVatCashAccounting:
    FEE = sale(row())

    def test_the_driver_reads_it(self, standard: Path, vat_cash: Path, tmp_path: Path) -> None:
        assert not Desk(standard, tmp_path / "a").catalogue().vat_cash_accounting
        assert Desk(vat_cash, tmp_path / "b").catalogue().vat_cash_accounting
        unknown = Switches(setup_vat_cash="unknown")
        assert not Desk(vat_cash, tmp_path / "c", unknown).catalogue().vat_cash_accounting

    def test_discount_lines_are_taken(self, vat_cash: Path, tmp_path: Path) -> None:
        desk = Desk(vat_cash, tmp_path)
        desk.chart = replace(CHART, lines=replace(CHART.lines, discount_line=BY_LINE))
        plan = desk.posted(sale(row("99.99", "18.00", discount="10.00", full_gross="119.99"), book()))
        assert [gross(entry) for entry in desk.ledger()] == [plan.gross]

    def test_a_fee_outside_vat_is_held(self, vat_cash: Path, tmp_path: Path) -> None:
        desk = Desk(vat_cash, tmp_path)
        desk.posted(self.FEE)
        assert codes(desk.decided(memo(row(), of=self.FEE, fee_kept="2.50"))) == ["negative-line-refused"]

    def test_where_sage_did_not_say_so_it_refuses_the_document_and_nothing_stands(
        self, vat_cash: Path, tmp_path: Path
    ) -> None:
        desk = Desk(vat_cash, tmp_path, Switches(setup_vat_cash="unknown"))
        desk.posted(self.FEE)
        writes = desk.bench.writes()
        with pytest.raises(NeedsPerson) as refused:
            desk.posted(memo(row(), of=self.FEE, fee_kept="2.50"))
        assert refused.value.finding.code is Code.DOCUMENT_NEGATIVE
        assert not refused.value.reached_sage
        assert desk.bench.writes() == writes


def test_a_sage_before_23_gets_no_line_below_zero(tmp_path: Path) -> None:
    old = create_company(tmp_path / "old", stock=STOCK, customers=CUSTOMERS, history=False, version=22)
    desk = OldDesk(old, tmp_path / "desk")
    desk.chart = replace(CHART, lines=replace(CHART.lines, discount_line=BY_LINE))
    goods = row("99.99", "18.00", discount="10.00", full_gross="119.99")
    desk.posted(sale(goods))
    assert [split.net for entry in desk.ledger() for split in entry.splits] == [8999]
    assert codes(desk.decided(memo(goods, of=sale(goods), fee_kept="2.50"))) == ["negative-line-refused"]


class OldBench(UkBench):
    @property
    def logon(self) -> Logon:
        return replace(super().logon, progid="SDOEngine.22")


class OldDesk(Desk):
    """A desk of a company that is of Sage version 22."""

    def __init__(self, template: Path, folder: Path) -> None:
        super().__init__(template, folder)
        self.bench = OldBench(template, folder / "22")
