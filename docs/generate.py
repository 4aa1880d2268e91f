"""Writes the generated pages of this folder; with --check only tells whether they are up to date.

python docs/generate.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

import imagewright.app.operations  # noqa: F401 - binds the functions
from imagewright.contract.binding import bindings
from imagewright.contract.coverage import coverage_markdown
from imagewright.contract.registry import operations, own_operations
from imagewright.web.documentation import openapi_json

FOLDER = Path(__file__).parent


def pages() -> dict[str, str]:
    """The text of each generated page by its file name."""
    return {
        "coverage.md": coverage_markdown(operations, own_operations, bindings.implemented),
        "openapi.json": openapi_json().decode(),
    }


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def main() -> int:
    """Writes or checks; 1 when a page is not up to date."""
    stale = [name for name, text in pages().items() if not _is(FOLDER / name, text)]
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"docs/{name} is not up to date; run: make generate")
        return 1 if stale else 0
    for name in stale:
        (FOLDER / name).write_text(pages()[name], encoding="utf-8")
        print(f"wrote docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
