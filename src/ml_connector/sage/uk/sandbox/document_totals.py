"""What a document's lines come to: net, VAT and totals, as InvoicePost.Update has it (reference §4.3).

VAT is computed per line from its net and the rate of its tax code, rounded to pennies, halves away from zero
([L]), unless the line's TAX_FLAG is 1; a Net Value Discount makes Sage compute it anyway. Amounts are in the
document's currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .com import ErrorCode, Refusal
from .currencies import Rate
from .switches import Switches
from .values import Row, amount, money, number, whole

NO_GLOBAL = -1
"""GLOBAL_TAX_CODE and GLOBAL_DEPT_NUMBER of a document that overrides nothing: 0 is T0, and a department."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Net and VAT of the lines, signed; carriage is apart."""

    net: Decimal
    tax: Decimal


def complete_lines(header: Row, lines: Sequence[Row], rates: Row, rate: Rate, switches: Switches) -> Totals:
    """Fill in what Sage works out on each line, and add up.

    `rates` is the row of ControlData. Raises Refusal 18 for a negative amount or an unknown tax code, 89 when
    the document comes to less than nothing.
    """
    shares = _discount_shares(amount(header, "NETVALUE_DISCOUNT"), lines, switches)
    global_code = whole(header, "GLOBAL_TAX_CODE")
    net_total, tax_total = Decimal(), Decimal()
    for line, share in zip(lines, shares, strict=True):
        tax_code = whole(line, "TAX_CODE") if global_code == NO_GLOBAL else global_code
        net = _line_net(line, switches) - share
        tax_rate = rate_of(rates, tax_code)
        tax = amount(line, "TAX_AMOUNT")
        if header["NETVALUE_DISCOUNT"] or not whole(line, "TAX_FLAG"):
            tax = money(net * tax_rate / 100)
        full_net = amount(line, "FULL_NET_AMOUNT") or net + share + amount(line, "DISCOUNT_AMOUNT")
        line |= {
            "NET_AMOUNT": float(net),
            "TAX_AMOUNT": float(tax),
            "TAX_RATE": float(tax_rate),
            "FULL_NET_AMOUNT": float(full_net),
            "NETVALUE_DISCOUNT": float(share),
            "BASE_NETVALUE_DISCOUNT": float(rate.to_base(share)),
            "BASE_NET": float(rate.to_base(net)),
            "BASE_TAX": float(rate.to_base(tax)),
            "BASE_FULL_NET": float(rate.to_base(full_net)),
        }
        sign = sign_of(line)
        net_total, tax_total = net_total + sign * net, tax_total + sign * tax
    if net_total + tax_total + amount(header, "CARR_NET") + amount(header, "CARR_TAX") < 0:
        raise Refusal(ErrorCode.sdoInvoiceTotalNegative)
    return Totals(net_total, tax_total)


def check_tax_codes(header: Row, lines: Sequence[Row]) -> None:
    """Under VAT cash accounting no tax code may come to less than nothing (§3.5); [L] that this is 89 too."""
    sums = {whole(header, "CARR_TAX_CODE"): amount(header, "CARR_NET") + amount(header, "CARR_TAX")}
    for line in lines:
        gross = amount(line, "NET_AMOUNT") + amount(line, "TAX_AMOUNT")
        code = whole(line, "TAX_CODE")
        sums[code] = sums.get(code, Decimal()) + sign_of(line) * gross
    if min(sums.values()) < 0:
        raise Refusal(ErrorCode.sdoInvoiceTotalNegative, "a tax code, under VAT cash accounting")


def sign_of(line: Row) -> int:
    """-1 for a line that is marked negative: its own amounts are positive (§3.5)."""
    return -1 if whole(line, "IS_NEGATIVE_LINE") else 1


def rate_of(rates: Row, tax_code: int) -> Decimal:
    """The rate of a tax code in percent. Raises Refusal 18 outside T0 to T99."""
    if not 0 <= tax_code <= 99:
        raise Refusal(ErrorCode.sdoInvalidValue, f"there is no tax code T{tax_code}")
    return number(rates, f"T{tax_code}_RATE")


def _line_net(line: Row, switches: Switches) -> Decimal:
    for name in ("QTY_ORDER", "UNIT_PRICE", "NET_AMOUNT", "TAX_AMOUNT", "FULL_NET_AMOUNT", "DISCOUNT_AMOUNT"):
        if number(line, name) < 0:
            raise Refusal(ErrorCode.sdoInvalidValue, f"{name} is negative")
    if switches.line_net == "as_given":
        return amount(line, "NET_AMOUNT")
    full = money(number(line, "QTY_ORDER") * number(line, "UNIT_PRICE"))
    return full - amount(line, "DISCOUNT_AMOUNT")


def _discount_shares(discount: Decimal, lines: Sequence[Row], switches: Switches) -> list[Decimal]:
    """A Net Value Discount spread over the lines by their net; the last line takes what rounding leaves."""
    nets = [sign_of(line) * _line_net(line, switches) for line in lines]
    total = sum(nets, Decimal())
    if not discount or not total:
        return [Decimal()] * len(lines)
    if not 0 < discount <= total:
        raise Refusal(ErrorCode.sdoInvalidValue, "NETVALUE_DISCOUNT is negative, or more than the lines")
    shares = [money(discount * net / total) for net in nets[:-1]]
    return [*shares, discount - sum(shares, Decimal())]
