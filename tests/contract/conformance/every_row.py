"""All rows, and right arguments of each operation that has one.

To add an operation is to add its row to one of these tables.
"""

from __future__ import annotations

from draft_rows import DRAFT_ROWS
from library_rows import LIBRARY_ROWS
from online_rows import ONLINE_ROWS
from other_rows import OTHER_ROWS
from part_rows import PART_ROWS
from schedule_rows import SCHEDULE_ROWS
from umds_rows import UMDS_ROWS

ROWS = (*LIBRARY_ROWS, *DRAFT_ROWS, *PART_ROWS, *OTHER_ROWS, *SCHEDULE_ROWS, *UMDS_ROWS, *ONLINE_ROWS)
EXAMPLES = {row.operation: row.arguments for row in reversed(ROWS)}
CALLERS = {row.operation: row.caller for row in ROWS}
"""Who has the privileges of each operation."""
