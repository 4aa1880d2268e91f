"""What is written is read back identically."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from depot_values import MadeDepot, MadeVib, depots, made_vibs, specs
from hypothesis import given, settings
from hypothesis import strategies as st

from imagewright.formats.bundle import open_depot
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.spec_json import read_spec, write_spec
from imagewright.formats.vib import read_vib_file
from imagewright.formats.vib_xml import read_vib_xml, write_vib_xml
from imagewright.model.content import Signature, SignatureResult
from imagewright.model.spec import SoftwareSpec

UNSIGNED = Signature(SignatureResult.UNSIGNED)


@settings(deadline=None, max_examples=60)
@given(made_vibs())
def test_vib_files(made: MadeVib) -> None:
    read = read_vib_file(io.BytesIO(made.data), "x.vib")
    assert read == type(read)(**{**_fields(made), "relative_path": "", "signature": UNSIGNED})


@settings(deadline=None, max_examples=60)
@given(made_vibs())
def test_vib_copies_in_metadata(made: MadeVib) -> None:
    assert read_vib_xml(write_vib_xml(made.vib, in_metadata=True), "x.xml") == made.vib


@settings(deadline=None, max_examples=30)
@given(depots())
def test_depots(made: MadeDepot) -> None:
    sink = io.BytesIO()
    written = write_depot(sink, made.content, lambda vib: io.BytesIO(made.files[vib.ref]))
    assert written == made.content
    with open_depot(sink, "depot.zip") as depot:
        assert depot.content.bundles == made.content.bundles
        assert depot.content.not_understood == ()
        for vib in depot.content.vibs:
            with depot.open_vib(vib) as stream:
                assert stream.read() == made.files[vib.ref]
            copy = io.BytesIO()
            assert depot.copy_vib(vib, copy) == replace(vib, signature=UNSIGNED)
            assert copy.getvalue() == made.files[vib.ref]


@settings(deadline=None, max_examples=30)
@given(depots(), st.data())
def test_a_depot_is_described_as_by_copying_every_vib(made: MadeDepot, data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(made.files, key=str)))) if made.files else set()
    sink = io.BytesIO()
    write_depot(sink, made.content, lambda vib: io.BytesIO(made.files[vib.ref]) if vib.ref in kept else None)
    with open_depot(sink, "depot.zip") as depot:
        copied = {vib.ref: depot.copy_vib(vib) for vib in depot.content.vibs if vib.ref in kept}

        assert depot.recorded() == depot.content.with_vibs(copied)
        assert {vib.ref for vib in depot.content.vibs if vib.file_missing} == made.files.keys() - kept


@settings(deadline=None, max_examples=60)
@given(specs)
def test_specifications(spec: SoftwareSpec) -> None:
    data = write_spec(spec)
    assert read_spec(data) == spec
    assert read_spec(write_spec(spec, indent=4)) == spec
    assert json.loads(data) == spec.to_document()


def _fields(made: MadeVib) -> dict[str, object]:
    return {name: getattr(made.vib, name) for name in made.vib.__slots__}
