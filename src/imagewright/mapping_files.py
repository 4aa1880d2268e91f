"""The mappings of a site, from its settings: for documents of depots that are in no known form."""

from __future__ import annotations

from pathlib import Path

from imagewright.formats.errors import FormatError
from imagewright.formats.mapping import Mapping, Mappings, read_mapping
from imagewright.settings import Settings, SettingsError


def mappings_of(settings: Settings) -> Mappings:
    """What the settings name: one file, or all `*.toml` of a folder, by name. SettingsError when one cannot be used."""
    if settings.mappings is None:
        return Mappings()
    try:
        return Mappings(tuple(mapping for path in _files(settings.mappings) for mapping in _read(path)))
    except FormatError as error:
        raise SettingsError(f"mappings is {settings.mappings}, which cannot be used: {error}") from None
    except OSError as error:
        raise SettingsError(f"mappings is {settings.mappings}, which cannot be read: {error.strerror}") from None


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.toml"))
    if not found:
        raise FormatError(str(path), "is a folder without any mapping; they are called NAME.toml")
    return found


def _read(path: Path) -> tuple[Mapping, ...]:
    return read_mapping(path.read_bytes(), path.name)
