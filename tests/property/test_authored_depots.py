"""Whatever a description says, the bundle that is made of it says, too."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagewright.formats.authoring import build_depot
from imagewright.formats.bundle import open_depot
from imagewright.formats.depot_description import read_description
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.payload import PayloadFile

names = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,3}){0,3}-[0-9]{1,3}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Z")), max_size=20)


@dataclass(frozen=True)
class Driver:
    """A VIB of one file, and the component that it makes up."""

    version: str
    summary: str
    tag: str
    needs: tuple[str, ...]
    content: bytes


drivers = st.dictionaries(
    names,
    st.builds(
        Driver, versions, texts, names, st.lists(names, max_size=3, unique=True).map(tuple), st.binary(max_size=99)
    ),
    min_size=1,
    max_size=5,
)


class Folder:
    """A folder with one file for each driver."""

    def __init__(self, drivers: dict[str, Driver]) -> None:
        self._drivers = drivers

    def open(self, path: str) -> BinaryIO:
        return io.BytesIO(self._drivers[path].content)

    def files(self, path: str) -> list[PayloadFile]:
        return [PayloadFile(f"opt/{path}", len(self._drivers[path].content), False, partial(self.open, path))]


def described(drivers: dict[str, Driver]) -> str:
    lines = ["[depot]", 'vendor = "Example"', 'code = "EXA"', "date = 2026-11-01"]
    for name, driver in drivers.items():
        facts = {
            "name": name,
            "version": driver.version,
            "content": name,
            "summary": driver.summary,
            "tags": [driver.tag],
            "depends": list(driver.needs),
        }
        lines += ["[[vib]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items())]
        lines += ["[[component]]", f'name = "C-{name}"', f'version = "{driver.version}"', f'vibs = ["{name}"]']
    listed = [f"C-{name} {driver.version}" for name, driver in drivers.items()]
    lines += ["[[add_on]]", 'name = "All"', 'version = "1.0"', f"components = {json.dumps(listed)}"]
    return "\n".join(lines)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drivers)
def test_what_is_described_is_what_is_read(drivers: dict[str, Driver]) -> None:
    bundle = io.BytesIO()
    with build_depot(read_description(described(drivers).encode(), "depot.toml"), Folder(drivers), None) as made:
        write_depot(bundle, made.content, made.open_vib)

    with open_depot(bundle, "made.zip") as depot:
        assert depot.content.not_understood == ()
        (read,) = depot.content.bundles
        for vib in read.vibs:
            depot.copy_vib(vib)
    expected = {
        name: (each.version, each.summary or name, (each.tag,), each.needs, (f"opt/{name}",))
        for name, each in drivers.items()
    }
    assert {
        vib.name: (vib.version, vib.summary, vib.tags, tuple(each.name for each in vib.depends), vib.files)
        for vib in read.vibs
    } == expected
    components = {(f"C-{name}", each.version) for name, each in drivers.items()}
    assert {(each.name, each.version) for each in read.components} == components
    (add_on,) = read.add_ons
    assert {(each.name, each.version) for each in add_on.components} == components
