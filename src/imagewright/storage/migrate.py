"""Brings the tables of a database up to date. Alembic is loaded only when there is something to do."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from imagewright.app.ports import StorageUnavailable
from imagewright.storage.dialects import Engines, exclusively

HEAD = "0008"
"""The newest revision in `migrations/versions`; a test holds that it is. Revisions are numbered upwards."""

_VERSION = sa.table("alembic_version", sa.column("version_num"))


def migrate(engines: Engines) -> None:
    """Runs the missing revisions in one transaction, so that a crash leaves none of them half done.

    Raises StorageUnavailable for the database of a newer release.
    """
    with exclusively(engines) as connection:
        stored = stored_revision(connection)
        if stored == HEAD:
            return
        if stored is not None and stored > HEAD:
            raise StorageUnavailable(
                f"the database belongs to a newer release: its tables are those of revision {stored}, and this release "
                f"knows them up to {HEAD}"
            )
        _upgrade(connection)


def stored_revision(connection: sa.Connection) -> str | None:
    """The revision that the tables have; None in a new database."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


def _upgrade(connection: sa.Connection) -> None:
    # Here, because loading it takes longer than the rest of the start of a server.
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The folder goes through an interpolation in which a percent sign means something.
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
