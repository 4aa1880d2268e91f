"""Depots are synchronised at set times."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
DOCUMENT = sa.Text().with_variant(sa.JSON(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds the table of schedules."""
    op.create_table(
        "schedules",
        sa.Column("name", NAME, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("schedule", DOCUMENT),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("next_run", MOMENT),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedules"),
    )
