"""The penny policies side by side over some days: what each changes, by how much, and what it would hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ml_connector.cloud.preview import Previewed
from ml_connector.documents.money import pounds
from ml_connector.errors import Code
from ml_connector.posting.choices.pennies import PennyPolicy
from ml_connector.posting.policies import PolicyOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One policy over all documents. Amounts are pence of the chart's currency.

    `changed` are documents of which lines would not have the shop's VAT, in `lines` lines; `difference` is
    what would stand outside VAT for it, net of ups and downs, `added_up` without their signs. `holds` are
    the numbers of documents that this policy would hold and another would not, with why.
    """

    policy: PennyPolicy
    changed: int
    lines: int
    difference: int
    added_up: int
    holds: tuple[tuple[str, Code], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`documents` were compared; `held_anyway` of them are held whatever the policy."""

    documents: int
    held_anyway: int
    policies: tuple[Compared, ...]


def compared(several: Iterable[Previewed]) -> Comparison:
    """Add the outcomes of some documents up."""
    outcomes = [(made.record.number, made.policies) for made in several if made.policies]
    anyway = [all(each.findings for each in policies) for _, policies in outcomes]
    moved = [each for each, held in zip(outcomes, anyway, strict=True) if not held]
    return Comparison(
        documents=len(outcomes),
        held_anyway=sum(anyway),
        policies=tuple(_of(policy, moved) for policy in PennyPolicy),
    )


def comparison_lines(comparison: Comparison, currency: str) -> Iterator[str]:
    """The comparison in lines for people."""
    yield f"Documents compared: {comparison.documents}, held by any policy: {comparison.held_anyway}"
    for each in comparison.policies:
        yield f"{each.policy.value}:"
        if each.changed:
            yield f"  documents changed: {each.changed}, in {each.lines} lines"
            yield f"  by {pounds(each.added_up, currency)} in all, {pounds(each.difference, currency)} net"
        else:
            yield "  no document changes"
        if each.holds:
            yield f"  documents held: {len(each.holds)}"
            yield from (f"    {number} {code.value}" for number, code in each.holds)


def _of(policy: PennyPolicy, moved: Iterable[tuple[str, tuple[PolicyOutcome, ...]]]) -> Compared:
    own = [(number, each) for number, policies in moved for each in policies if each.policy is policy]
    posted = [each for _, each in own if not each.findings]
    return Compared(
        policy=policy,
        changed=sum(1 for each in posted if each.lines),
        lines=sum(each.lines for each in posted),
        difference=sum(each.rounding for each in posted),
        added_up=sum(abs(each.rounding) for each in posted),
        holds=tuple((number, each.findings[0].code) for number, each in own if each.findings),
    )
