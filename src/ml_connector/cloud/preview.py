"""A dry run: what would stand in Sage for a document, by the path that decides, its last step withheld.

The same reading, the same rules, the same situation as when it is decided in earnest (`sync.deciding`), in a
transaction that is rolled back. What a document would have to wait for is taken as if it had happened, as far
as that can be foreseen, and each time it is said: the account that its shopper would get, the order's other
documents as they would be posted. What stands in Sage already is shown as it was planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ml_connector.cloud.deciding import Rules
from ml_connector.documents.identity import Key, Kind
from ml_connector.documents.sales import DocumentState, SalesDocument
from ml_connector.errors import Code
from ml_connector.posting.missing_rows import missing_rows
from ml_connector.posting.plan import Decision, EnsureCustomer, Held, Planned, Skipped, Waiting
from ml_connector.posting.policies import PolicyOutcome, compare_policies
from ml_connector.posting.tax_rows import ProposedRow
from ml_connector.records.ledger import LedgerTransaction
from ml_connector.sync.customers import TakenRefs, material_of
from ml_connector.sync.deciding import consider, consider_shopper, gather
from ml_connector.sync.material import Considered, Material
from ml_connector.sync.passage import NOTHING_WRITTEN, State
from ml_connector.sync.record import Record
from ml_connector.sync.unread import in_the_way

_FOR_WANT_OF_A_ROW = frozenset({Code.UNMAPPED_TAX, Code.VAT_MISSING})
_NOT_OURS = frozenset({Code.OTHER_BASE_CURRENCY, Code.WEBSITE_NOT_COVERED, Code.LOOKS_DOUBLED})
_STATES = {Planned: State.PLANNED, Held: State.HELD, Waiting: State.WAITING, Skipped: State.SKIPPED}
_AS_IT_IS = (State.PROVED, State.SKIPPED, State.DISPUTED)
_NAMES = {Kind.INVOICE: "invoice", Kind.CREDIT_MEMO: "credit memo"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One document. `as_if` are sentences on what was taken to have happened; `customer` is the shopper's own
    decision where they have no account yet; `missing` are rows that the tax table lacks for it.

    `document` is None where it cannot be read, or stands in Sage already. `policies` is filled on request,
    for what is a sale of this company at all.
    """

    record: Record
    decision: Decision
    as_if: tuple[str, ...] = ()
    customer: Decision | None = None
    missing: tuple[ProposedRow, ...] = ()
    document: SalesDocument | None = None
    policies: tuple[PolicyOutcome, ...] = ()


@dataclass(slots=True)
class Previewer:
    """Previews of one connection; `compare` fills the policies too.

    What it foresaw for one document holds for the next ones: a new account is made once, and the money of an
    order received once.
    """

    rules: Rules
    compare: bool = False
    _decisions: dict[Key, Decision] = field(default_factory=dict[Key, Decision])
    _customers: dict[str, Planned] = field(default_factory=dict[str, Planned])
    _accounts: dict[str, str] = field(default_factory=dict[str, str])
    _names: dict[str, str] = field(default_factory=dict[str, str])

    def preview(self, tx: LedgerTransaction, record: Record) -> Previewed:
        """The document as it would be decided now; nothing is written."""
        made = self._preview(tx, record)
        self._decisions[record.key] = made.decision
        return made

    def _preview(self, tx: LedgerTransaction, record: Record) -> Previewed:
        if record.state not in NOTHING_WRITTEN and record.plan is not None:
            return Previewed(record=record, decision=Planned(plan=record.plan))
        unreadable = in_the_way(tx, record)
        if unreadable:
            return Previewed(record=record, decision=Held(findings=unreadable))
        gathered = gather(tx, self.rules, record)
        if isinstance(gathered, Held):
            return Previewed(record=record, decision=gathered)
        material, as_if = self._foreseen(tx, gathered.seen, gathered.material)
        considered = consider(self.rules, record, material)
        if isinstance(considered, Held):
            return Previewed(record=gathered.seen, decision=considered)
        customer: Decision | None = None
        if isinstance(considered.decision, Waiting) and considered.decision.code is Code.CUSTOMER_NOT_READY:
            customer = self._customer(tx, record, considered)
            again = consider(self.rules, record, material)
            considered = considered if isinstance(again, Held) else again
        customer = self._customers.get(considered.shopper, customer)
        if isinstance(customer, Planned):
            as_if = (_account_words(customer), *as_if)
        return self._told(gathered.seen, considered, material, customer, as_if)

    def _told(
        self,
        record: Record,
        considered: Considered,
        material: Material,
        customer: Decision | None,
        as_if: tuple[str, ...],
    ) -> Previewed:
        document, situation = self.rules.reading(material)
        decision = considered.decision
        codes = {finding.code for finding in decision.findings} if isinstance(decision, Held) else set[Code]()
        ours = document.state is DocumentState.CAPTURED and not codes & _NOT_OURS
        return Previewed(
            record=record,
            decision=decision,
            as_if=as_if if isinstance(decision, Planned) else (),
            customer=customer,
            missing=missing_rows(document, situation) if codes & _FOR_WANT_OF_A_ROW else (),
            document=document,
            policies=compare_policies(document, situation) if self.compare and ours else (),
        )

    def _foreseen(
        self, tx: LedgerTransaction, record: Record, material: Material
    ) -> tuple[Material, tuple[str, ...]]:
        """The material with the order's other documents as they will be when this one's turn comes."""
        siblings = tuple((other, self._as_it_will_be(tx, record, other)) for other in material.siblings)
        as_if = tuple(
            f"As if {_NAMES[other.key.kind]} {other.number} stood in Sage."
            for other, foreseen in siblings
            if foreseen is not other and foreseen.plan is not None
        )
        foreseen = replace(
            material,
            siblings=tuple(foreseen for _, foreseen in siblings),
            accounts=_First(self._accounts, material.accounts),
            known_as=_First(self._names, material.known_as),
        )
        return foreseen, as_if

    def _as_it_will_be(self, tx: LedgerTransaction, record: Record, other: Record) -> Record:
        """Invoices before this document count, and for a credit memo all of them and the memos before it."""
        is_memo, before = record.key.kind is Kind.CREDIT_MEMO, _in_time(other) < _in_time(record)
        is_invoice = other.key.kind is Kind.INVOICE
        comes_first = (before or is_memo) if is_invoice else (before and is_memo)
        if not comes_first or not other.captured or other.state in _AS_IT_IS:
            return other
        decision = self._decisions.get(other.key) or self.preview(tx, other).decision
        plan = decision.plan if isinstance(decision, Planned) else None
        state = State.PROVED if plan and is_memo and is_invoice else _STATES[type(decision)]
        return replace(other, state=state, plan=plan)

    def _customer(self, tx: LedgerTransaction, record: Record, considered: Considered) -> Decision:
        """What becomes of the shopper, by the path that decides it; a new account is remembered."""
        key = Key(record.key.connection_id, Kind.CUSTOMER, considered.shopper)
        noticed = Record(
            key=key, document_at=record.document_at, since=record.since, profile=considered.profile
        )
        material = material_of(tx, tx.record(key) or noticed, TakenRefs(tx))
        taken = material.taken | frozenset(self._accounts.values())
        decision = consider_shopper(self.rules, noticed, replace(material, taken=taken))
        if isinstance(decision, Planned):
            self._customers[considered.shopper] = decision
            self._accounts[considered.shopper] = decision.plan.account_ref
            if considered.also:
                self._names[considered.also] = considered.shopper
        return decision


@dataclass(frozen=True, slots=True, eq=False)
class _First(Mapping[str, str]):
    """What was foreseen, and behind it what is known: that is read row by row, never all of it."""

    foreseen: Mapping[str, str]
    known: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.foreseen[key] if key in self.foreseen else self.known[key]

    def __iter__(self) -> Iterator[str]:
        yield from self.foreseen
        yield from (key for key in self.known if key not in self.foreseen)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _in_time(record: Record) -> tuple[object, ...]:
    return record.document_at, record.key.kind is Kind.CREDIT_MEMO, int(record.key.entity)


def _account_words(customer: Planned) -> str:
    plan = customer.plan
    created = any(isinstance(effect, EnsureCustomer) and effect.create for effect in plan.effects)
    if created:
        return (
            f"As if account {plan.account_ref} had been made for the shopper: it is proposed, and may get "
            "another reference."
        )
    return f"As if account {plan.account_ref} had been found in Sage as the shopper's."
