"""What each penny policy would make of one document, side by side, by the same rules that decide it.

For `preview --compare-policies`: nothing is chosen here, and the chart's own policy has no say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ml_connector.documents.sales import SalesDocument
from ml_connector.errors import Finding
from ml_connector.posting.choices.pennies import PennyPolicy
from ml_connector.posting.decide import Situation, made_of
from ml_connector.posting.rules.case import Made
from ml_connector.posting.rules.pennies import differences


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOutcome:
    """One policy on one document. Amounts are pence of the chart's currency.

    `findings` say why it would be held. `lines` counts the lines, the carriage among them, whose VAT would
    not stand as the shop has it; `vat` is the document's VAT, and `rounding` what would stand outside VAT so
    that the total stays the shop's.
    """

    policy: PennyPolicy
    findings: tuple[Finding, ...]
    lines: int
    vat: int
    rounding: int

    @property
    def changes(self) -> bool:
        """Whether the document would not be posted as the shop has it."""
        return bool(self.findings or self.lines)


def compare_policies(document: SalesDocument, situation: Situation) -> tuple[PolicyOutcome, ...]:
    """Every policy's outcome, the shop's own VAT first. A document that is held anyway is held by each."""
    shop = made_of(document, _by(PennyPolicy.KEEP_SHOP_VAT, situation))
    found = () if shop.findings else differences(shop, situation.catalogue)
    vat, rounding = _vat(shop), sum(each.shop - each.sage for each in found)
    computed = PolicyOutcome(
        policy=PennyPolicy.SAGE_COMPUTES,
        findings=made_of(document, _by(PennyPolicy.SAGE_COMPUTES, situation)).findings,
        lines=len(found),
        vat=vat - rounding,
        rounding=rounding,
    )
    held = made_of(document, _by(PennyPolicy.HOLD, situation)).findings
    return (
        PolicyOutcome(policy=PennyPolicy.KEEP_SHOP_VAT, findings=shop.findings, lines=0, vat=vat, rounding=0),
        computed,
        PolicyOutcome(policy=PennyPolicy.HOLD, findings=held, lines=0, vat=vat, rounding=0),
    )


def _by(policy: PennyPolicy, situation: Situation) -> Situation:
    chart = situation.chart
    return replace(situation, chart=replace(chart, pennies=replace(chart.pennies, policy=policy)))


def _vat(made: Made) -> int:
    return sum(line.sign * line.tax for line in made.lines) + (made.carriage.tax if made.carriage else 0)
