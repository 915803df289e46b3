"""The error tree, drawn by what happens next.

    ConnectorError
    ├── TryAgain        nothing is wrong with the document; the same attempt may succeed later
    │   └── ReplyLost   … but the other side may have acted: look before acting again
    ├── NeedsPerson     waits until somebody has changed something; carries a `Finding`
    └── Defect          ours: this document stops and is never retried blindly

Problems *in the data* are not raised: they are `Finding`s, collected and shown together. Any exception
that is not in this tree was not foreseen, and is treated as a `Defect`.

Every code a person can meet is a member of `Code` and has a heading in `docs/reference/errors.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Every code that a person can meet, in the order in which a document meets them."""

    # the shop
    SHOP_UNREACHABLE = "shop-unreachable"
    SHOP_CREDENTIALS = "shop-credentials"
    SHOP_PERMISSION = "shop-permission"
    SHOP_CLOCK = "shop-clock"
    SHOP_REFUSED = "shop-refused"
    SHOP_ANSWER_UNREADABLE = "shop-answer-unreadable"
    DOCUMENT_UNREADABLE = "document-unreadable"
    ORDER_MISSING = "order-missing"
    SHOP_CANNOT_SERVE = "shop-cannot-serve"
    GONE_FROM_SHOP = "gone-from-shop"
    # what waits
    ORDER_NOT_COMPLETE = "order-not-complete"
    CUSTOMER_NOT_READY = "customer-not-ready"
    INVOICE_NOT_READY = "invoice-not-ready"
    WAITS_FOR_INVOICE_HELD = "waits-for-invoice-held"
    WAITS_FOR_CUT_OVER = "waits-for-cut-over"
    # what is left out
    ZERO_DOCUMENT = "zero-document"
    CUSTOMER_UP_TO_DATE = "customer-up-to-date"
    NOT_CAPTURED = "not-captured"
    DOCUMENT_CANCELLED = "document-cancelled"
    LINKED_TO_ENTRY = "linked-to-entry"
    LEFT_OUT_AT_CUT_OVER = "left-out-at-cut-over"
    # what is held
    UNEXPLAINED_GAP = "unexplained-gap"
    UNMAPPED_TAX = "unmapped-tax"
    FOREIGN_VAT = "foreign-vat"
    NOT_VAT = "not-vat"
    VAT_RATE_MISMATCH = "vat-rate-mismatch"
    VAT_MISSING = "vat-missing"
    TAX_PARTS_UNKNOWN = "tax-parts-unknown"
    INVOICE_CODES_DIFFER = "invoice-codes-differ"
    PENNIES_DIFFER = "pennies-differ"
    PENNIES_BEYOND_LIMIT = "pennies-beyond-limit"
    OTHER_BASE_CURRENCY = "other-base-currency"
    WEBSITE_NOT_COVERED = "website-not-covered"
    WEBSITE_ELSEWHERE = "website-elsewhere"
    WEBSITE_TAKEN = "website-taken"
    STOCK_CODE_MISSING = "stock-code-missing"
    STOCK_CODE_IMPOSSIBLE = "stock-code-impossible"
    STOCK_CODE_INACTIVE = "stock-code-inactive"
    SKU_UNSPELLABLE = "sku-unspellable"
    ADJUSTMENT_UNSET = "adjustment-unset"
    NOMINAL_MISSING = "nominal-missing"
    BANK_NOT_A_BANK = "bank-not-a-bank"
    BANK_OTHER_CURRENCY = "bank-other-currency"
    CURRENCY_MISSING = "currency-missing"
    EXCHANGE_RATE_MISSING = "exchange-rate-missing"
    INVOICES_IN_OTHER_CURRENCY = "invoices-in-other-currency"
    LOOKS_DOUBLED = "looks-doubled-in-shop"
    REPLACED_ORDER_INVOICED = "replaced-order-invoiced"
    REFUNDS_EXCEED_INVOICED = "refunds-exceed-invoiced"
    TENDER_UNSET = "tender-unset"
    POINTS_UNPLACED = "points-unplaced"
    GIFT_CARD_UNSET = "gift-card-unset"
    GIFT_CARD_TAXED = "gift-card-taxed"
    WRAPPING_UNSET = "wrapping-unset"
    EXTRA_NOT_CONVERTED = "extra-not-converted"
    PRODUCT_TYPE_UNKNOWN = "product-type-unknown"
    DOCUMENT_NEGATIVE = "document-negative"
    NEGATIVE_LINE_REFUSED = "negative-line-refused"
    CUSTOMER_AMBIGUOUS = "customer-ambiguous"
    CUSTOMER_ON_HOLD = "customer-on-hold"
    CUSTOMER_INACTIVE = "customer-inactive"
    CUSTOMER_OTHER_CURRENCY = "customer-other-currency"
    CUSTOMER_WITHOUT_EMAIL = "customer-without-email"
    CUSTOMER_NEAR_MATCH = "customer-near-match"
    CUSTOMER_LINK_BROKEN = "customer-link-broken"
    CUSTOMER_ANSWER_REFUSED = "customer-answer-refused"
    WEB_SALES_ACCOUNT_MISSING = "web-sales-account-missing"
    ACCOUNT_REF_TAKEN = "account-ref-taken"
    BEFORE_LOCK_DATE = "before-lock-date"
    BEFORE_CHART_DATE = "before-chart-date"
    CHANGED_IN_SHOP = "changed-in-shop"
    CANCELLED_IN_SHOP = "cancelled-in-shop"
    DELETED_IN_SHOP = "deleted-in-shop"
    # Sage, before anything was written
    SAGE_IN_USE = "sage-user-in-use"
    SAGE_EXCLUSIVE = "sage-exclusive"
    SAGE_BUSY = "sage-busy"
    SAGE_PASSWORD = "sage-password"
    SAGE_PATH = "sage-path"
    SAGE_VERSION = "sage-version"
    SAGE_NOT_REGISTERED = "sage-not-registered"
    SAGE_USERS_EXCEEDED = "sage-users-exceeded"
    SAGE_SESSION_LOST = "sage-session-lost"
    SAGE_REMOTE_DATA = "sage-remote-data"
    SAGE_CANNOT_POST = "sage-cannot-post"
    SAGE_REFUSED = "sage-refused"
    # Sage, after something may have been written
    DIFFERS_IN_SAGE = "differs-in-sage"
    DOUBLED_IN_SAGE = "doubled-in-sage"
    GONE_FROM_SAGE = "gone-from-sage"
    LOOK_UNKNOWN = "look-unknown"
    ALLOCATION_UNCLEAR = "allocation-unclear"
    COMPANY_WENT_BACK = "company-went-back"
    COMPANY_CHANGED = "company-changed"
    # cloud and agent
    CLOUD_UNREACHABLE = "cloud-unreachable"
    CLOUD_CERTIFICATE = "cloud-certificate"
    AGENT_UNKNOWN = "agent-unknown"
    PAIRING_CODE = "pairing-code"
    PROTOCOL_TOO_NEW = "protocol-too-new"
    COMMAND_NOT_UNDERSTOOD = "command-not-understood"
    JOURNAL_TOO_NEW = "journal-too-new"
    JOURNAL_UNREADABLE = "journal-unreadable"
    SETTINGS_INVALID = "settings-invalid"
    OPERATOR_KEY = "operator-key"
    CUT_OVER_ANSWER_REFUSED = "cut-over-answer-refused"
    CHART_INVALID = "chart-invalid"
    DOCUMENT_UNKNOWN = "document-unknown"
    DATABASE_UNREACHABLE = "database-unreachable"
    VAULT_KEY = "vault-key"
    WAITS_FOR_APPROVAL = "waits-for-approval"
    STOPPED_BY_BREAKER = "stopped-by-breaker"
    DEFECT = "defect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a person has to know or change, in three sentences and one code."""

    code: Code
    what: str
    why: str
    fix: str

    def __str__(self) -> str:
        return f"{self.what} {self.why} {self.fix} [{self.code}]"


class ConnectorError(Exception):
    """Anything we raise on purpose."""


class TryAgain(ConnectorError):
    """Nothing is wrong with the document; the same attempt may succeed in a while.

    `after_s` is the wait that the other side asked for, in seconds, or None.
    """

    def __init__(self, finding: Finding, *, after_s: float | None = None) -> None:
        self.finding = finding
        self.after_s = after_s
        super().__init__(str(finding))


class ReplyLost(TryAgain):
    """The other side may have acted; we do not know. Look before acting again."""


class NeedsPerson(ConnectorError):
    """Waits until a person has changed something; `reached_sage` says whether Sage may hold anything."""

    def __init__(self, finding: Finding, *, reached_sage: bool = False) -> None:
        self.finding = finding
        self.reached_sage = reached_sage
        super().__init__(str(finding))


class Defect(ConnectorError):
    """A fault of ours: this document stops, and nothing retries it by itself."""
