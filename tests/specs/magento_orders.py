"""Random orders of random shops, with their invoices and credit memos: what the property tests are fed.

A story is one order from its basket to its last refund, in the API's own JSON, with what the model says that
each of its documents comes to. The shop is any that Magento's settings allow, the basket any mix of product
types and rates, and the documents any parts of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import strategies as st

from ml_connector.documents.bundle import Bundle
from ml_connector.documents.identity import Kind
from tests.specs.magento_arithmetic import Reckoned, reckon
from tests.specs.magento_baskets import PRODUCTS, RULES, VAT_20, Bought, settings_of_a_shop, things_bought
from tests.specs.magento_documents import GivenBack, Made, OrderInCurrency
from tests.specs.magento_payloads import Placed, document_json, order_json, product_json
from tests.specs.magento_settings import ZERO, Basket, Delivery, Settings

D = Decimal
CURRENCIES = {1: ("GBP", D(1)), 3: ("EUR", D("1.1734")), 7: ("JPY", D("189.37"))}
"""Store view → its currency and rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A document of the story: what the API sends, and what the model says of it."""

    bundle: Bundle
    base: Made
    ordered: Made
    given: GivenBack | None = None

    @property
    def credit(self) -> bool:
        return self.bundle.kind is Kind.CREDIT_MEMO


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An order and its documents in the order of time. `classes` are the product tax classes by basket row;
    `whole`: its invoices bill all of it.
    """

    settings: Settings
    placed: Placed
    classes: tuple[str, ...]
    documents: tuple[Told, ...]
    whole: bool


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """An order of any shop, in up to three invoices and two credit memos."""
    settings = draw(settings_of_a_shop())
    abroad = draw(st.integers(0, 7)) == 0
    bought: list[Bought] = []
    for _ in range(draw(st.integers(1, 4))):
        first, rows = sum(len(each.lines) for each in bought), sum(len(each.goods) for each in bought)
        bought.append(draw(things_bought(first=first, rows=rows, abroad=abroad)))
    delivery = Delivery(
        price=draw(st.sampled_from((ZERO, D("4.95"), D("4.95"), D("3.33"), D("12.50")))),
        rates=() if abroad else (VAT_20,),
        home_percent=D(20),
    )
    basket = Basket(
        goods=tuple(goods for each in bought for goods in each.goods), delivery=delivery, rule=draw(RULES)
    )
    store = draw(st.sampled_from(sorted(CURRENCIES)))
    currency, rate = CURRENCIES[store]
    base, ordered = reckon(basket, settings), reckon(basket, settings, rate)
    placed = Placed(
        lines=tuple(line for each in bought for line, _ in each.lines),
        base=base,
        ordered=ordered,
        base_currency="GBP",
        order_currency=currency,
        store_id=store,
        delivery_rates=delivery.rates,
        country="US" if abroad else "GB",
    )
    teller = _Teller(settings, placed, tuple(bought), base, ordered, rate)
    left = [each.quantity for each in bought]
    for _ in range(draw(st.integers(0, 2))):
        teller.invoice(draw(_parts_of(left)), left)
    if draw(st.integers(0, 3)) or not teller.made:
        teller.invoice(list(left), left)
    whole = not any(left)
    for _ in range(draw(st.integers(0, 2))):
        carriage = draw(st.sampled_from((None, ZERO, D("2.50"), D("1.11"))))
        back, kept = draw(st.sampled_from(((ZERO, ZERO), (ZERO, ZERO), (D("3.21"), ZERO), (D(1), D("0.37")))))
        quantities = draw(st.one_of(_parts_of(teller.refundable), st.just(list(teller.refundable))))
        teller.refund(quantities, GivenBack(carriage=carriage, paid_back=back, fee_kept=kept))
    classes = tuple(each for one in bought for each in one.classes)
    return Story(settings=settings, placed=placed, classes=classes, documents=teller.told(), whole=whole)


@st.composite
def _parts_of(draw: st.DrawFn, left: Sequence[Decimal]) -> list[Decimal]:
    """Some of what is left of each; fractions of a piece are taken whole or not at all."""
    return [
        D(draw(st.integers(0, int(each)))) if each == int(each) else draw(st.sampled_from((ZERO, each)))
        for each in left
    ]


class _Teller:
    """Makes the documents one after the other, as far as Magento would."""

    def __init__(
        self,
        settings: Settings,
        placed: Placed,
        bought: tuple[Bought, ...],
        base: Reckoned,
        ordered: Reckoned,
        rate: Decimal,
    ) -> None:
        self._placed, self._bought = placed, bought
        quantities = [each.quantity for one in bought for each in one.goods]
        self._base = OrderInCurrency(base, quantities, settings, base)
        self._ordered = OrderInCurrency(ordered, quantities, settings, base, rate)
        self.refundable = [ZERO for _ in bought]
        self._carriage_left = base.carriage.full
        self._money = ZERO
        self.made: list[tuple[Kind, str, Made, Made, GivenBack | None]] = []

    def invoice(self, quantities: Sequence[Decimal], left: list[Decimal]) -> None:
        """An invoice, unless it would be empty."""
        if not any(quantities):
            return
        rows = self._of_rows(quantities)
        base, ordered = self._base.invoice(rows), self._ordered.invoice(rows)
        for at, quantity in enumerate(quantities):
            left[at] -= quantity
            self.refundable[at] += quantity
        self._money += base.grand_total
        self._keep(Kind.INVOICE, base, ordered, quantities, None)

    def refund(self, quantities: Sequence[Decimal], given: GivenBack) -> None:
        """A credit memo, unless Magento would refuse it: no carriage left, or more than was taken."""
        if not self._carriage_left or (given.carriage or ZERO) >= self._carriage_left:
            given = replace(given, carriage=ZERO)
        rows = self._of_rows(quantities)
        trial_base, trial_ordered = deepcopy(self._base), deepcopy(self._ordered)
        base, ordered = trial_base.refund(rows, given), trial_ordered.refund(rows, given)
        if base.grand_total <= ZERO or ordered.grand_total <= ZERO or base.grand_total > self._money:
            return
        self._base, self._ordered = trial_base, trial_ordered
        self._money -= base.grand_total
        self._carriage_left -= base.carriage
        for at, quantity in enumerate(quantities):
            self.refundable[at] -= quantity
        self._keep(Kind.CREDIT_MEMO, base, ordered, quantities, given)

    def told(self) -> tuple[Told, ...]:
        """All of them, each with its order and all the others."""
        order = order_json(self._placed)
        texts = {kind: tuple(text for each, text, *_ in self.made if each is kind) for kind in Kind}
        products = tuple(product_json(PRODUCTS[each], each) for each in PRODUCTS)
        return tuple(
            Told(
                bundle=Bundle(
                    kind=kind,
                    document=text,
                    order=order,
                    invoices=texts[Kind.INVOICE],
                    memos=texts[Kind.CREDIT_MEMO],
                    products=products,
                ),
                base=base,
                ordered=ordered,
                given=given,
            )
            for kind, text, base, ordered, given in self.made
        )

    def _of_rows(self, quantities: Sequence[Decimal]) -> list[Decimal]:
        return [
            goods.quantity / each.quantity * quantity
            for each, quantity in zip(self._bought, quantities, strict=True)
            for goods in each.goods
        ]

    def _keep(
        self, kind: Kind, base: Made, ordered: Made, quantities: Sequence[Decimal], given: GivenBack | None
    ) -> None:
        moved = [
            quantity * pieces
            for each, quantity in zip(self._bought, quantities, strict=True)
            for _, pieces in each.lines
        ]
        text = document_json(
            self._placed,
            base,
            ordered,
            moved,
            credit=kind is Kind.CREDIT_MEMO,
            entity_id=len(self.made) + 1,
        )
        self.made.append((kind, text, base, ordered, given))
