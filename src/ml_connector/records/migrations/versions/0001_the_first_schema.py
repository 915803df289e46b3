"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = branch_labels = depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _connections_and_their_agents()
    _what_was_read()
    _orders_compared()
    _records_and_commands()
    _shoppers()
    _inbox()
    _trail()


def downgrade() -> None:
    for table in (
        "trail_heads",
        "trail",
        "hints",
        "deliveries",
        "hook_endpoints",
        "commands",
        "customer_answers",
        "customer_names",
        "records",
        "orders_seen",
        "payloads",
        "unread",
        "standings",
        "cursors",
        "facts",
        "charts",
        "agents",
        "pairing_codes",
        "secrets",
        "connections",
    ):
        op.drop_table(table)


def _connections_and_their_agents() -> None:
    """Whom we work for, with what secrets, through which agents, by which chart."""
    op.create_table(
        "connections",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("shop_url", TEXT, nullable=False),
        sa.Column("incarnation", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("first_run_approved", sa.Boolean(), nullable=False),
        sa.Column("road_approved", sa.Boolean(), nullable=False),
        sa.Column("breaker", TEXT, nullable=False),
        sa.Column("company", TEXT, nullable=False),
        sa.Column("watermark", TEXT, nullable=False),
        sa.Column("ledger_wanted", sa.Boolean(), nullable=False),
        sa.Column("cut_over", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id"),
        sa.UniqueConstraint("tag"),
    )
    op.create_table(
        "secrets",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "name"),
    )
    op.create_table(
        "pairing_codes",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("code_hash", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
        sa.Column("used_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "code_hash"),
    )
    op.create_table(
        "agents",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("agent_id", TEXT, nullable=False),
        sa.Column("credential_hash", TEXT, nullable=False),
        sa.Column("instance_id", TEXT, nullable=False),
        sa.Column("agent_version", TEXT, nullable=False),
        sa.Column("last_seen", TEXT, nullable=False),
        sa.Column("finding", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "agent_id"),
        sa.UniqueConstraint("credential_hash"),
    )
    op.create_table(
        "charts",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("accepted_by", TEXT, nullable=False),
        sa.Column("accepted_at", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "version"),
    )


def _what_was_read() -> None:
    """What shop and Sage said, as received, and how far."""
    op.create_table(
        "facts",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("read_at", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "name"),
    )
    op.create_table(
        "cursors",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("flow", TEXT, nullable=False),
        sa.Column("cursor", TEXT, nullable=False),
        sa.Column("saved_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "flow"),
    )
    op.create_table(
        "standings",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "name"),
    )
    op.create_table(
        "unread",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("told", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "kind", "entity_id"),
    )
    op.create_index("unread_of_order", "unread", ["connection_id", "order_id"])
    op.create_table(
        "payloads",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("read_at", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "kind", "entity_id"),
    )
    op.create_index("payloads_of_order", "payloads", ["connection_id", "order_id", "kind"])


def _orders_compared() -> None:
    """What orders are compared by."""
    op.create_table(
        "orders_seen",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("number", "made_at", "likeness")),
        sa.PrimaryKeyConstraint("connection_id", "order_id"),
    )
    op.create_index("orders_seen_by_likeness", "orders_seen", ["connection_id", "likeness", "made_at"])


def _records_and_commands() -> None:
    """Each document and customer on its passage, and what agents were given."""
    op.create_table(
        "records",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("document_at", TEXT, nullable=False),
        sa.Column("captured", sa.Boolean(), nullable=False),
        sa.Column("shop_currency", TEXT, nullable=False),
        sa.Column("shop_total", TEXT, nullable=False),
        sa.Column("shop_base_currency", TEXT, nullable=False),
        sa.Column("shop_base_total", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("findings", TEXT, nullable=False),
        sa.Column("waits_on", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("chart_version", sa.Integer(), nullable=False),
        sa.Column("plan", TEXT, nullable=False),
        sa.Column("plan_hash", TEXT, nullable=False),
        sa.Column("profile", TEXT, nullable=False),
        sa.Column("account_ref", TEXT, nullable=False),
        sa.Column("sage", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "kind", "entity"),
    )
    op.create_index("records_by_state", "records", ["connection_id", "state", "document_at"])
    op.create_index("records_due", "records", ["connection_id", "due"])
    op.create_index("records_of_order", "records", ["connection_id", "order_id"])
    op.create_table(
        "commands",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("command_id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("plan_hash", TEXT, nullable=False),
        sa.Column("agent_id", TEXT, nullable=False),
        sa.Column("leased_at", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("receipt_hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "command_id"),
    )
    op.create_index("commands_open", "commands", ["connection_id", "outcome"])


def _shoppers() -> None:
    """By what names shoppers are known, and what a person answered about them."""
    names = ("connection_id", "name", "entity")
    answers = ("connection_id", "entity", "account_ref", "answered_by", "why", "answered_at")
    for table, columns in (("customer_names", names), ("customer_answers", answers)):
        op.create_table(
            table,
            *(sa.Column(column, TEXT, nullable=False) for column in columns),
            sa.PrimaryKeyConstraint(*columns[:2]),
        )


def _inbox() -> None:
    """Where the shop may say that something changed, what it said, and what is to be looked at."""
    op.create_table(
        "hook_endpoints",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("endpoint", TEXT, nullable=False),
        sa.Column("contract", TEXT, nullable=False),
        sa.Column("made_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "endpoint"),
    )
    op.create_table(
        "deliveries",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("event_key", TEXT, nullable=False),
        sa.Column("endpoint", TEXT, nullable=False),
        sa.Column("token", TEXT, nullable=False),
        sa.Column("received_at", TEXT, nullable=False),
        sa.Column("hints", TEXT, nullable=False),
        sa.Column("taken_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "event_key"),
    )
    op.create_index("deliveries_by_taken", "deliveries", ["connection_id", "taken_at"])
    op.create_table(
        "hints",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("flow", TEXT, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("arrivals", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "flow", "entity_id"),
    )


def _trail() -> None:
    """What was done, by whom, in a chain."""
    op.create_table(
        "trail",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("from_state", TEXT, nullable=False),
        sa.Column("to_state", TEXT, nullable=False),
        sa.Column("payload_hash", TEXT, nullable=False),
        sa.Column("previous_hash", TEXT, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", "seq"),
    )
    op.create_table(
        "trail_heads",
        sa.Column("connection_id", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("connection_id"),
    )
