"""Wrong passwords are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Adds the table of them."""
    op.create_table(
        "login_failures",
        sa.Column("number", SEQUENCE, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_login_failures"),
    )
    op.create_index("ix_login_failures_subject_time", "login_failures", ["subject", "time"])
    op.create_index("ix_login_failures_time", "login_failures", ["time"])
