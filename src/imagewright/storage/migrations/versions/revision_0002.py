"""The audit record names the task and the request; it can be searched by time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds two columns. They have a default for processes of an older release that still run."""
    op.add_column("audit", sa.Column("task", sa.Text(), server_default="", nullable=False))
    op.add_column("audit", sa.Column("request_id", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_audit_time", "audit", ["time"])
