"""One task at a time works on a target; tasks that ended long ago are found by their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# A worker of the release before may just do two: the later one is begun again, and what it did does not count.
GIVE_BACK = """
UPDATE tasks SET status = 'PENDING', worker = NULL, lease_until = NULL
WHERE status = 'RUNNING' AND EXISTS (
    SELECT 1 FROM tasks AS other
    WHERE other.status = 'RUNNING' AND other.number < tasks.number
    AND other.target_type = tasks.target_type AND other.target_id = tasks.target_id
)
"""


def upgrade() -> None:
    """Adds two indexes."""
    op.execute(GIVE_BACK)
    op.create_index("ix_tasks_ended", "tasks", ["ended"])
    op.create_index(
        "uq_tasks_one_at_a_target",
        "tasks",
        ["target_type", "target_id"],
        unique=True,
        sqlite_where=sa.text("status = 'RUNNING'"),
        postgresql_where=sa.text("status = 'RUNNING'"),
    )
