"""What the files of VIBs are checked against when they are exported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the CRC-32 of VIB files. Of those that are there already it is found out by their next export."""
    op.add_column("vibs", sa.Column("crc32", sa.BigInteger(), nullable=True))
