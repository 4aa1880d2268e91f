"""Specification files."""

from __future__ import annotations

import pytest

from imagewright.formats.errors import FormatError
from imagewright.formats.limits import DEFAULT_LIMITS
from imagewright.formats.spec_json import read_spec, write_spec
from imagewright.model.spec import ImageSpec, SoftwareSpec

BASE = SoftwareSpec(ImageSpec(base_image="9.1.0.0.1"))


def test_a_byte_order_mark_is_read_and_never_written() -> None:
    data = b'\xef\xbb\xbf{"base_image": {"version": "9.1.0.0.1"}}'
    assert read_spec(data) == BASE
    assert write_spec(BASE) == b'{"base_image":{"version":"9.1.0.0.1"}}'


def test_text_is_written_as_utf_8() -> None:
    spec = SoftwareSpec(ImageSpec(base_image="1", removed_components=frozenset({"Größe"})))
    assert "Größe".encode() in write_spec(spec)
    assert read_spec(write_spec(spec)) == spec


def test_keys_have_a_fixed_order() -> None:
    text = b'{"removed_components":["b","a"],"components":{"d":null,"c":"1"},"base_image":{"version":"1"}}'
    assert write_spec(read_spec(text)) == (
        b'{"base_image":{"version":"1"},"components":{"c":"1","d":null},"removed_components":["a","b"]}'
    )


def test_for_people_it_can_be_indented() -> None:
    assert write_spec(BASE, indent=2) == b'{\n  "base_image": {\n    "version": "9.1.0.0.1"\n  }\n}'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not JSON: Expecting value at line 1, column 1"),
        (b'{\n "base_image": }', "is not JSON: Expecting value at line 2, column 16; correct it there"),
        (b'{"base_image": {"version": "1"}} x', "is not JSON: Extra data at line 1, column 34"),
        (b'{"base_image": {"version": "\xff"}}', "is not UTF-8: byte 29 cannot be read; save it as UTF-8"),
        ('{"base_image": null}'.encode("utf-16"), "is not UTF-8: byte 1 cannot be read"),
        (b'{"components": {"a": "1", "a": "2"}}', "has the key 'a' twice in one object; remove one of them"),
        (b'{"components": NaN}', "holds NaN, which is not JSON"),
        (b'{"components": {"\\ud800": "1"}}', "holds half of a character"),
        (b"[" * 100_000, "is nested too deeply to be read"),
        (b'{"components": ' + b"9" * 5000 + b"}", "holds a number that cannot be read"),
        (b" " * (DEFAULT_LIMITS.spec_size + 1), r"has 4194305 bytes; such a document may have 4194304"),
        (b"[]", "the specification must be a JSON object, not an array"),
        (b'{"base_image": "1"}', "base_image must be a JSON object, not a string"),
        (b'{"base_image": {"version": 1}}', "base_image.version must be a string, not a number"),
        (b'{"components": {"a": 1}}', "components.a must be a string, not a number"),
        (b'{"color": "red"}', "color is not known; known here are add_on, alternative_images"),
        (b'{"alternative_images": {"i": {}}}', "alternative_images.i.display_name must be a string, not null"),
    ],
)
def test_refused(data: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says) as raised:
        read_spec(data, "spec.json")
    assert raised.value.where == "spec.json"
