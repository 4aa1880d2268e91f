"""Measures, side by side in one run. `python tests/bench [NAME…]`; without names, everything.

The figures decide nothing: the exit code is 1 only when something could not be measured at all.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
# What the tests have for making depots, images and servers is used here, too.
sys.path[1:1] = [str(TESTS / folder) for folder in ("unit/model", "property", "e2e", "contract")]

from figures import HOW, Figure, NotMeasured, load, machine, table  # noqa: E402
from server_process import cold_starts  # noqa: E402

GROUPS = {
    "wire": "wire",
    "import": "bundle_import",
    "export": "bundle_export",
    "compose": "composition",
    "server": "server",
    "catalogue": "catalogue",
    "libsolv": "libsolv_check",
}
"""The groups in the order in which they run, and the module of each, which has a function `measure`."""


def measured(name: str) -> tuple[list[Figure], bool]:
    """The figures of a group, and whether all could be taken."""
    figures: list[Figure] = []
    try:
        module = importlib.import_module(GROUPS[name])
        with tempfile.TemporaryDirectory(prefix="imagewright-bench-") as folder:
            for figure in module.measure(Path(folder)):
                print(f"  {figure.what}: {figure.figure}", file=sys.stderr, flush=True)
                figures.append(figure)
    except NotMeasured as reason:
        print(f"  {name}: {reason}", file=sys.stderr)
        return figures, False
    except Exception:  # the other groups can still be measured
        traceback.print_exc()
        return figures, False
    return figures, True


def main(names: list[str]) -> int:
    """Runs the groups and prints one table for all of them."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"There is no group {', '.join(unknown)}; there are: {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    warnings.simplefilter("ignore")  # of the packages that are compared with
    before = load()
    everything, complete = [], True
    for name in names or list(GROUPS):
        print(f"{name} …", file=sys.stderr, flush=True)
        with cold_starts():
            figures, good = measured(name)
        everything += figures
        complete = complete and good
    print(f"{machine()}; load {before} at the start and {load()} at the end\n\n{HOW}\n\n{table(everything)}")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
