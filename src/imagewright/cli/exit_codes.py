"""How commands end. The one list of it for people is in docs/cli.md, and says the same."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
REFUSED: Final = 1
"""It was understood, and the answer is no: an image has errors, the server refuses, a task has failed."""
UNUSABLE: Final = 2
"""The command line, a setting or a file cannot be understood or read."""
NOT_LOGGED_IN: Final = 3
"""Nobody is logged in, the session has ended, or name and password are wrong."""
UNREACHABLE: Final = 4
"""The server cannot be reached, is not trusted, or is busy; nothing was changed, and trying again can help."""
CHANGES: Final = 5
"""Only with `plan --exit-code`: the library would change."""
INTERRUPTED: Final = 130
"""Ctrl-C."""
