"""The command line: `imagewright COMMAND`."""

from __future__ import annotations

import sys

from imagewright.cli import exit_codes


def main() -> None:
    """Runs the command line; whatever goes wrong is told in a few lines, and its exit code is in `exit_codes`."""
    try:
        # Loading the commands takes a moment, in which somebody may press Ctrl-C already.
        from imagewright.cli.commands import app

        app()
    except KeyboardInterrupt:
        sys.exit(exit_codes.INTERRUPTED)
    except Exception as error:
        code = told(error)
        if code is None:
            raise
        sys.exit(code)


def told(error: Exception) -> int | None:
    """Tells what has gone wrong, with the way out, and gives the exit code; None for a fault of our own."""
    from imagewright.cli.server import explain
    from imagewright.cli.terminal import tell
    from imagewright.model.errors import ApiError
    from imagewright.settings import SettingsError

    if isinstance(error, ApiError):
        return explain(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        tell(f"imagewright: {where}{error.strerror}; check the path, and whether there is room and a right to write.")
        return exit_codes.UNUSABLE
    code = exit_codes.UNUSABLE if isinstance(error, SettingsError) else _code_of_client(error)
    if code is not None:
        tell(f"imagewright: {error}.")
    return code


def _code_of_client(error: Exception) -> int | None:
    """The exit code for what is wrong between this machine and the server."""
    # Only what has been loaded can have raised anything, and loading it takes longer than showing a help may.
    if "imagewright.client.trust" not in sys.modules:
        return None
    from imagewright.client.connection import Unreachable
    from imagewright.client.logins import NotLoggedIn, UnreadableLogins
    from imagewright.client.trust import BadAddress

    kinds: dict[type[Exception], int] = {
        BadAddress: exit_codes.UNUSABLE,
        UnreadableLogins: exit_codes.UNUSABLE,
        NotLoggedIn: exit_codes.NOT_LOGGED_IN,
        Unreachable: exit_codes.UNREACHABLE,
    }
    return next((code for kind, code in kinds.items() if isinstance(error, kind)), None)
