"""All rows, and right arguments of each operation that has one."""

from __future__ import annotations

from other_rows import OTHER_ROWS
from repository_rows import ROWS as REPOSITORY_ROWS

ROWS = (*REPOSITORY_ROWS, *OTHER_ROWS)
EXAMPLES = {row.operation: row.arguments for row in reversed(ROWS)}
CALLERS = {row.operation: row.caller for row in ROWS}
"""Who has the privileges of each operation."""
