"""The company behind the books in plain memory: what stands in it, and what goes wrong on cue.

See `memory.py` for how it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ml_connector.errors import Finding, NeedsPerson, ReplyLost
from ml_connector.posting.company import Account, CompanyIdentity, Nominal, StockItem, TaxCode, Watermark
from ml_connector.sage import findings
from ml_connector.sage.standing import StandingDocument, StandingEntry


class Died(BaseException):
    """The pretend death of the program that was writing; nothing of ours catches it."""


MEMORY_LTD = CompanyIdentity(name="Memory Ltd", company_id="memory-1", version="32.0")
NOMINALS = (
    Nominal(code="1100", name="Debtors Control Account", control=True),
    Nominal(code="1200", name="Bank Current Account", bank=True, currency="GBP"),
    Nominal(code="1220", name="Bank Euro Account", bank=True, currency="EUR"),
    Nominal(code="1250", name="Card Clearing", bank=True, currency="GBP"),
    Nominal(code="4000", name="Sales"),
    Nominal(code="4009", name="Discounts Allowed"),
    Nominal(code="4905", name="Carriage"),
)
TAX_CODES = (
    TaxCode(number=0, description="Zero rated", rate=Decimal(0)),
    TaxCode(number=1, description="Standard rate", rate=Decimal(20)),
    TaxCode(number=2, description="Exempt", rate=Decimal(0)),
    TaxCode(number=5, description="Reduced rate", rate=Decimal(5)),
    TaxCode(number=9, description="Outside the scope", rate=Decimal(0)),
)


@dataclass(kw_only=True)
class MemoryCompany:
    """A company that outlives its sessions. `writes` counts what was written, a lost reply included.

    `per_base` holds its other currencies, each with how much of it one unit of base currency buys; 0 when
    nobody has said. `stock` empty means that products are not checked. `entries` are the ledger: SI, SC, SA
    and SP.
    """

    identity: CompanyIdentity = MEMORY_LTD
    base_currency: str = "GBP"
    per_base: dict[str, Decimal] = field(default_factory=lambda: {"EUR": Decimal("1.25")})
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])
    stock: dict[str, StockItem] = field(default_factory=dict[str, StockItem])
    nominals: tuple[Nominal, ...] = NOMINALS
    tax_codes: tuple[TaxCode, ...] = TAX_CODES
    lock_date: date | None = None
    vat_cash_accounting: bool = False
    documents: list[StandingDocument] = field(default_factory=list[StandingDocument])
    entries: list[StandingEntry] = field(default_factory=list[StandingEntry])
    last_header: int = 0
    last_split: int = 0
    writes: int = 0
    sessions: int = 0
    session_open: bool = False
    lose_reply_after: int = 0
    die_after: int = 0
    die_before: int = 0
    spoil_after: int = 0
    refuse_next: Finding | None = None
    busy: int = 0
    in_use: bool = False

    def watermark(self) -> Watermark:
        """The highest numbers that stand now."""
        return Watermark(
            document=max((document.number for document in self.documents), default=0),
            header=max((entry.header for entry in self.entries), default=0),
        )

    def next_document(self) -> int:
        """One more than the highest: a deleted last number comes again."""
        return self.watermark().document + 1

    def next_header(self) -> int:
        self.last_header += 1
        return self.last_header

    def next_split(self) -> int:
        self.last_split += 1
        return self.last_split

    def about_to_write(self) -> None:
        """What is on cue before a write: a refusal, or death."""
        refused, self.refuse_next = self.refuse_next, None
        if refused is not None:
            raise NeedsPerson(refused)
        if self._due("die_before"):
            raise Died

    def has_written(self) -> None:
        """Counts a write, and plays what is on cue after it."""
        self.writes += 1
        if self._due("die_after"):
            raise Died
        if self._due("lose_reply_after"):
            raise ReplyLost(findings.reply_lost("writing"))

    def spoils(self) -> bool:
        """Whether this document is the one that goes wrong."""
        return self._due("spoil_after")

    def _due(self, switch: str) -> bool:
        left: int = getattr(self, switch)
        if left:
            setattr(self, switch, left - 1)
        return left == 1
