"""The tables, once, for SQLite and PostgreSQL alike. Every primary key begins with `connection_id`.

Instants are UTC ISO 8601 text, amounts exact decimal text, JSON is canonical text (`codec`): the same bytes
on both databases, and nothing that a driver could round. For the same order on both, text is compared byte by
byte: PostgreSQL would else go by its own language, in which a time with a fraction sorts before one without.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table
from sqlalchemy import Text as AnyText

metadata = MetaData()

Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")

connections = Table(
    "connections",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("tag", Text, nullable=False, unique=True),
    Column("shop_url", Text, nullable=False),
    Column("incarnation", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("first_run_approved", Boolean, nullable=False),
    Column("road_approved", Boolean, nullable=False),
    Column("breaker", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("watermark", Text, nullable=False),
    Column("ledger_wanted", Boolean, nullable=False),
    Column("cut_over", Text, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

pairing_codes = Table(
    "pairing_codes",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("code_hash", Text, primary_key=True),
    Column("expires_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("agent_id", Text, primary_key=True),
    Column("credential_hash", Text, nullable=False, unique=True),
    Column("instance_id", Text, nullable=False),
    Column("agent_version", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("finding", Text, nullable=False),
)

charts = Table(
    "charts",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("accepted_by", Text, nullable=False),
    Column("accepted_at", Text, nullable=False),
    Column("body", Text, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    Column("body", Text, nullable=False),
)
"""The latest whole reading of something: the shop's settings, Sage's catalogue, Sage's ledger."""

cursors = Table(
    "cursors",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("flow", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)

standings = Table(
    "standings",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
)
"""How far reading has come, beside the cursors: each flow's progress, the completeness check."""

unread = Table(
    "unread",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("entity_id", BigInteger, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
    Index("unread_of_order", "connection_id", "order_id"),
)
"""What the shop fails on, or has no more."""

payloads = Table(
    "payloads",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("entity_id", BigInteger, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("read_at", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("payloads_of_order", "connection_id", "order_id", "kind"),
)

orders_seen = Table(
    "orders_seen",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("number", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("likeness", Text, nullable=False),
    Index("orders_seen_by_likeness", "connection_id", "likeness", "made_at"),
)
"""What orders are compared by, to find one that the shop made twice; the buyer is in the likeness only."""

records = Table(
    "records",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("document_at", Text, nullable=False),
    Column("captured", Boolean, nullable=False),
    Column("shop_currency", Text, nullable=False),
    Column("shop_total", Text, nullable=False),
    Column("shop_base_currency", Text, nullable=False),
    Column("shop_base_total", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("due", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("waits_on", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("chart_version", Integer, nullable=False),
    Column("plan", Text, nullable=False),
    Column("plan_hash", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("account_ref", Text, nullable=False),
    Column("sage", Text, nullable=False),
    Index("records_by_state", "connection_id", "state", "document_at"),
    Index("records_due", "connection_id", "due"),
    Index("records_of_order", "connection_id", "order_id"),
)

customer_names = Table(
    "customer_names",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("entity", Text, nullable=False),
)
"""Other names by which a shopper is known, such as the id of their registration."""

customer_answers = Table(
    "customer_answers",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("account_ref", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("answered_at", Text, nullable=False),
)
"""What a person answered about a shopper: the A/C that is theirs, or “” for a new one."""

commands = Table(
    "commands",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("command_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("plan_hash", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("leased_at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("receipt_hash", Text, nullable=False),
    Index("commands_open", "connection_id", "outcome"),
)

trail = Table(
    "trail",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("payload_hash", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Column("payload", Text, nullable=False),
)

trail_heads = Table(
    "trail_heads",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

hook_endpoints = Table(
    "hook_endpoints",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("endpoint", Text, primary_key=True),
    Column("contract", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)
"""Where deliveries may come in, and how each is signed; the secrets are sealed in `secrets`, as `hook/…`."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("event_key", Text, primary_key=True),
    Column("endpoint", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("hints", Text, nullable=False),
    Column("taken_at", Text, nullable=False),
    Index("deliveries_by_taken", "connection_id", "taken_at"),
)
"""The inbox. Whoever serves the web only inserts here; `taken_at` is “” until the worker has taken it."""

hints = Table(
    "hints",
    metadata,
    Column("connection_id", Text, primary_key=True),
    Column("flow", Text, primary_key=True),
    Column("entity_id", BigInteger, primary_key=True),
    Column("arrivals", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Text, nullable=False),
)
"""What is to be looked at in the shop, and when."""
