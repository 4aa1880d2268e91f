"""Writes the generated pages of this folder; with --check only tells whether they are up to date.

python docs/generate.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

import imagewright.app.operations  # noqa: F401 - binds the functions
from imagewright.app.privileges import ROLES, Role
from imagewright.contract.binding import bindings
from imagewright.contract.coverage import coverage_markdown
from imagewright.contract.registry import operations, own_operations
from imagewright.web.documentation import openapi_json

FOLDER = Path(__file__).parent
ROLES_HEAD = """# Who may call what

Generated from the declared operations and the roles. Do not edit. Without a session nothing is answered but the login;
what is not served says so only to those who might call it. Drafts can be changed by their owner alone, and deleted by
administrators too.

"""


def pages() -> dict[str, str]:
    """The text of each generated page by its file name."""
    return {
        "coverage.md": coverage_markdown(operations, own_operations, bindings.implemented),
        "openapi.json": openapi_json().decode(),
        "roles.md": roles_markdown(),
    }


def roles_markdown() -> str:
    """Who may call what, as it follows from the declared privileges and from what the roles have."""
    columns = (Role.VIEWER, Role.EDITOR, Role.ADMINISTRATOR)
    text = f"{ROLES_HEAD}| operation | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}\n"
    for each in sorted((*operations, *own_operations), key=lambda each: each.key):
        may = ("yes" if ROLES[role].issuperset(each.privileges) else "" for role in columns)
        text += f"| `{each.key}` | {' | '.join(may)} |\n"
    return text


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
