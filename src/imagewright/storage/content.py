"""What is in a depot, as rows: written at once, read as a whole, and replaced as a whole or never.

Each kind of part has a table whose key is depot, bundle and position, so that reading gives back exactly what was
written. VIBs are shared between depots. When the row of a depot goes, those of its parts go too (ON DELETE CASCADE).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from imagewright.model.content import Component, DepotContent, MetadataBundle, NotUnderstood, Vib
from imagewright.storage import schema
from imagewright.storage.columns import encode


class _Kind(NamedTuple):
    """A kind of part that is kept as a document: its table, its field in the bundle, the columns that are searched."""

    table: sa.Table
    field: str
    searched: tuple[str, ...]


_KINDS = (
    _Kind(schema.base_images, "base_images", ("version",)),
    _Kind(schema.add_ons, "add_ons", ("name", "version")),
    _Kind(schema.hardware_packages, "hardware_support", ("manager", "package", "version")),
    _Kind(schema.solutions, "solutions", ("name", "version")),
)
LOOK_UP = 500
"""How many VIBs are looked up at a time: some builds of SQLite take no more than 999 parameters."""

Rows = list[dict[str, Any]]
Parts = Mapping[int, Sequence[Any]]
"""Parts of one kind, in their order, by the number of the bundle."""

# --- writing ---------------------------------------------------------------------------------------------------------


def write_content(connection: sa.Connection, depot: str, content: DepotContent) -> None:
    """Stores the content of a depot whose row is there already."""
    lost = enumerate(content.not_understood)
    _insert(
        connection,
        schema.not_understood,
        [{"depot": depot, "position": at, "path": part.path, "reason": part.reason} for at, part in lost],
    )
    for number, bundle in enumerate(content.bundles):
        _write_bundle(connection, depot, number, bundle)


def delete_content(connection: sa.Connection, depot: str) -> None:
    """Removes the content of a depot, whose row stays, and leaves VIBs behind that may now be without a depot."""
    for table in (schema.not_understood, schema.bundles):
        connection.execute(sa.delete(table).where(table.c.depot == depot))


def _write_bundle(connection: sa.Connection, depot: str, number: int, bundle: MetadataBundle) -> None:
    described = {name: getattr(bundle, name) for name in ("file_name", "vendor", "vendor_code", "platforms")}
    _insert(connection, schema.bundles, [{"depot": depot, "position": number, **described}])
    place = {"depot": depot, "bundle": number}
    digests = _write_vibs(connection, bundle.vibs)
    _insert(connection, schema.bundle_vibs, [{**place, "position": at, "vib": vib} for at, vib in enumerate(digests)])
    _write_components(connection, place, bundle)
    for kind in _KINDS:
        rows: Rows = []
        for at, part in enumerate(getattr(bundle, kind.field)):
            searched = {name: getattr(part, name) for name in kind.searched}
            rows.append({**place, "position": at, "document": part, **searched})
        _insert(connection, kind.table, rows)


def _write_vibs(connection: sa.Connection, vibs: Sequence[Vib]) -> list[str]:
    """Stores those VIBs that no depot has brought yet, and gives the digests of all, in their order."""
    digests = [hashlib.sha256(encode(vib)).hexdigest() for vib in vibs]
    missing = dict(zip(digests, vibs, strict=True))
    table = schema.vibs
    known = sa.select(table.c.digest).where(table.c.digest.in_(sa.bindparam("digests", expanding=True)))
    asked = list(missing)
    for start in range(0, len(asked), LOOK_UP):
        for digest in connection.execute(known, {"digests": asked[start : start + LOOK_UP]}).scalars():
            del missing[digest]
    _insert(
        connection,
        table,
        [{"digest": digest, "sha256": vib.sha256, "document": vib} for digest, vib in missing.items()],
    )
    return digests


def _write_components(connection: sa.Connection, place: Mapping[str, Any], bundle: MetadataBundle) -> None:
    """Stores bulletins and components. A component shares the row of its bulletin with the list of bulletins."""
    listed = len(bundle.bulletins)
    bulletins = list(bundle.bulletins)
    places = {bulletin: at for at, bulletin in enumerate(bulletins)}
    rows: Rows = []
    for at, component in enumerate(bundle.components):
        if component.bulletin not in places:
            places[component.bulletin] = len(bulletins)
            bulletins.append(component.bulletin)
        named = {name: getattr(component, name) for name in ("name", "version", "display_name", "display_version")}
        rows.append({**place, "position": at, "bulletin": places[component.bulletin], **named})
    _insert(
        connection,
        schema.bulletins,
        [
            {**place, "position": at, "id": bulletin.id, "listed": at < listed, "document": bulletin}
            for at, bulletin in enumerate(bulletins)
        ],
    )
    _insert(connection, schema.components, rows)


def _insert(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


# --- reading ---------------------------------------------------------------------------------------------------------


def read_content(connection: sa.Connection, depot: str) -> DepotContent:
    """The content of a depot, equal to what was written; empty when there is no such depot."""
    parts = {kind.field: _read_documents(connection, depot, kind.table) for kind in _KINDS}
    parts["vibs"] = _read_vibs(connection, depot)
    parts["bulletins"], parts["components"] = _read_components(connection, depot)
    table = schema.bundles
    query = sa.select(table.c.file_name, table.c.vendor, table.c.vendor_code, table.c.platforms)
    rows = connection.execute(query.where(table.c.depot == depot).order_by(table.c.position)).mappings()
    bundles = []
    for number, row in enumerate(rows):
        of_bundle: dict[str, Any] = {field: tuple(those.get(number, ())) for field, those in parts.items()}
        bundles.append(MetadataBundle(**row, **of_bundle))
    table = schema.not_understood
    lost = sa.select(table.c.path, table.c.reason).where(table.c.depot == depot).order_by(table.c.position)
    return DepotContent(tuple(bundles), tuple(NotUnderstood(**row) for row in connection.execute(lost).mappings()))


def _read_documents(connection: sa.Connection, depot: str, table: sa.Table) -> Parts:
    rows = _read(connection, depot, table, sa.select(table.c.bundle, table.c.document))
    return _by_bundle((bundle, document) for bundle, document in rows)


def _read_vibs(connection: sa.Connection, depot: str) -> Parts:
    table = schema.bundle_vibs
    query = sa.select(table.c.bundle, schema.vibs.c.document).select_from(table.join(schema.vibs))
    return _by_bundle((bundle, vib) for bundle, vib in _read(connection, depot, table, query))


def _read_components(connection: sa.Connection, depot: str) -> tuple[Parts, Parts]:
    """The listed bulletins, and the components, each with its bulletin."""
    table = schema.bulletins
    query = sa.select(table.c.bundle, table.c.listed, table.c.document)
    rows = list(_read(connection, depot, table, query))
    listed = _by_bundle((bundle, bulletin) for bundle, is_listed, bulletin in rows if is_listed)
    known = _by_bundle((bundle, bulletin) for bundle, _, bulletin in rows)
    table = schema.components
    query = sa.select(table.c.bundle, table.c.bulletin, table.c.name, table.c.version)
    query = query.add_columns(table.c.display_name, table.c.display_version)
    components = _by_bundle(
        (bundle, Component(name, version, display_name, display_version, known[bundle][bulletin]))
        for bundle, bulletin, name, version, display_name, display_version in _read(connection, depot, table, query)
    )
    return listed, components


def _read(connection: sa.Connection, depot: str, table: sa.Table, query: sa.Select[Any]) -> Iterable[Sequence[Any]]:
    return connection.execute(query.where(table.c.depot == depot).order_by(table.c.bundle, table.c.position))


def _by_bundle(parts: Iterable[tuple[int, Any]]) -> Parts:
    grouped: defaultdict[int, list[Any]] = defaultdict(list)
    for bundle, part in parts:
        grouped[bundle].append(part)
    return grouped
