"""Depots that are read where they lie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds what online depots have besides their rows among the depots, and the documents that they were read from."""
    op.create_table(
        "online_depots",
        sa.Column("depot", sa.BigInteger(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("system_defined", sa.Boolean(), nullable=False),
        sa.Column("synchronised", MOMENT),
        sa.Column("attempted", MOMENT),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("content_revision", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("depot", name="pk_online_depots"),
        sa.ForeignKeyConstraint(["depot"], ["depots.id"], name="fk_online_depots_depot", ondelete="CASCADE"),
    )
    op.create_table(
        "online_documents",
        sa.Column("depot", sa.BigInteger(), nullable=False),
        sa.Column("path", NAME, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("depot", "path", name="pk_online_documents"),
        sa.ForeignKeyConstraint(
            ["depot"], ["online_depots.depot"], name="fk_online_documents_depot", ondelete="CASCADE"
        ),
    )
