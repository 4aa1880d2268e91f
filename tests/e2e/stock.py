"""What the servers of the tests have from the start, and how one is left as it was."""

from __future__ import annotations

from wire_clients import DRAFTS, Rest

from imagewright.cli import sample_depot as sample

IMPORTED = (
    sample.BASE_8_0_3_FILE,
    sample.BASE_9_1_0_FILE,
    sample.ALPHA_FILE,
    sample.BETA_FILE,
    sample.DRIVERS_FILE,
)
"""The files of the depots that `stocked_data` has, in the order of their import."""


def delete_all_drafts(administrator: Rest) -> None:
    """Leaves no draft of anybody."""
    for draft in administrator.result("GET", DRAFTS, 200):
        administrator.result("DELETE", f"{DRAFTS}/{draft}", 204)
