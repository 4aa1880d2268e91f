"""Whatever the bytes are: a reader gives a value or raises FormatError, and nothing else, in bounded time and memory.

A few examples of each in `make test`, thousands in `make fuzz`.
"""

from __future__ import annotations

import copy
import inspect
import json
import os
import pkgutil
import resource
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from time import thread_time
from types import FrameType
from typing import Any

import pytest
from format_readers import READERS_OF_FORMATS, Reader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

import imagewright.formats
from imagewright.formats.errors import FormatError

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES_OF_EACH", "30"))
"""Given by `make fuzz`."""
LONGEST_SECONDS = 5.0
"""Processor time for one input of 200 KB at most; all that is sound takes milliseconds."""
LARGEST_GROWTH = 256 * 1024 * 1024
"""Bytes that the process may grow by, whatever is read."""

FEW = settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
ALL = pytest.mark.parametrize("name", READERS_OF_FORMATS)


@pytest.fixture(autouse=True, scope="module")
def memory() -> Iterator[None]:
    """Ends what would take all of the machine, and fails when more than that was ever taken."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + 4 * LARGEST_GROWTH, hard))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    resource.setrlimit(resource.RLIMIT_AS, (_soft, hard))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown < LARGEST_GROWTH, f"the process has grown by {grown} bytes"


def said_by(reader: Reader, data: bytes) -> str:
    """The sentence that the bytes are refused with; empty when they are read. Anything else fails the test."""
    begun = thread_time()
    try:
        reader.read(data)
    except FormatError as error:
        return str(error)
    finally:
        assert thread_time() - begun < LONGEST_SECONDS
    return ""


# --- bytes -----------------------------------------------------------------------------------------------------------

# What parsers stumble over, put in as it is.
TEXT_TOKENS = [
    "<", ">", "&", '"', "'", "<vib>", "</vib>", "&#0;", "<!--", "]]>", "<![CDATA[", "..", "/", "\\", "{", "}", "[",
    "null", "1e999", "\\ud800", "\ufeff", "\u202e", "\n", "\x85", ",", ";", "[8086:1d02]", "Slot:\t",
    "-----BEGIN PKCS7-----", "x = " + "9" * 5000 + "\n",
]  # fmt: skip
TOKENS = (
    *(token.encode() for token in TEXT_TOKENS),
    *(
        b"\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"PK\1\2",
        b"PK\3\4",
        b"PK\5\6",
        b"\x30\x80",
        b"\x30\x84\xff\xff\xff\xff",
    ),
)
REPEATED = (
    *TOKENS,
    *(
        b"<a>",
        b"<a b='",
        b"<bulletin>",
        b'{"a":',
        b'["',
        b" ",
        b"00:00.0 ",
        b"00:00.0 a [0000]: ",
        b"a [",
        b"\r",
        b"A=",
    ),
)


@st.composite
def changes(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with some of them changed, put in, taken out, doubled or cut off."""
    changed = bytearray(data)
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        until = min(len(changed), at + draw(st.integers(0, 30)))
        match draw(st.sampled_from(["change", "insert", "delete", "double", "cut", "flip"])):
            case "change":
                token = draw(st.binary(max_size=30) | st.sampled_from(TOKENS))
                changed[at : at + len(token)] = token
            case "insert":
                changed[at:at] = draw(st.binary(max_size=20) | st.sampled_from(TOKENS))
            case "delete":
                del changed[at:until]
            case "double":
                changed[at:at] = changed[at:until]
            case "cut":
                del changed[at:]
            case "flip" if at < len(changed):
                changed[at] ^= 1 << draw(st.integers(0, 7))
    return bytes(changed)


@ALL
@FEW
@given(data=st.data())
def test_changed_bytes(name: str, data: st.DataObject) -> None:
    reader = READERS_OF_FORMATS[name]
    assert said_by(reader, data.draw(changes(reader.original))).isprintable()


@ALL
@settings(FEW, max_examples=EXAMPLES // 2)
@given(noise=st.binary(max_size=300))
def test_noise(name: str, noise: bytes) -> None:
    assert said_by(READERS_OF_FORMATS[name], noise).isprintable()


@ALL
def test_one_thing_over_and_over(name: str) -> None:
    reader = READERS_OF_FORMATS[name]
    for token in REPEATED:
        many = token * (200_000 // len(token))
        for data in (many, reader.original + many, reader.original[: len(reader.original) // 2] + many):
            assert said_by(reader, data).isprintable()


# --- JSON ------------------------------------------------------------------------------------------------------------

_ODD = st.sampled_from(
    ["", "\0", "x" * 10_000, "\ud800", "\u202e", "..", "1.0", "Net-X", 0, -1, 10**400, 1e308, True, None, [], {}]
)
_ANY_JSON = st.recursive(
    _ODD | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _branches(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _branches(part)


@st.composite
def json_changes(draw: st.DrawFn, data: bytes) -> bytes:
    """The document with some of its parts changed, taken out, renamed, or put where another one was."""
    tree = [json.loads(data)]
    for _change in range(draw(st.integers(1, 3))):
        branches = [branch for branch in _branches(tree) if branch]
        branch = draw(st.sampled_from(branches))
        key = draw(st.sampled_from(sorted(branch) if isinstance(branch, dict) else range(len(branch))))
        match draw(st.sampled_from(["change", "move", "delete", "rename", "bury"])):
            case "change":
                branch[key] = draw(_ANY_JSON)
            case "move":
                branch[key] = copy.deepcopy(draw(st.sampled_from(branches)))
            case "bury":
                for _level in range(draw(st.sampled_from([1, 40, 400]))):
                    branch[key] = [branch[key]]
            case "delete" if branch is not tree:
                del branch[key]
            case "rename" if isinstance(branch, dict):
                branch[draw(st.text(max_size=8))] = branch.pop(key)
    return json.dumps(tree[0], ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", [name for name, each in READERS_OF_FORMATS.items() if each.form == "json"])
@FEW
@given(data=st.data())
def test_other_json(name: str, data: st.DataObject) -> None:
    reader = READERS_OF_FORMATS[name]
    assert said_by(reader, data.draw(json_changes(reader.original))).isprintable()


# --- XML -------------------------------------------------------------------------------------------------------------

_TEXTS = st.sampled_from(
    ["", "x" * 10_000, "\x85", "\u202e", "../..", "-1", "9" * 400, "1.0", "Net-X", "true", "  ", "<>"]
)


@st.composite
def xml_changes(draw: st.DrawFn, data: bytes) -> bytes:
    """The document with some of its elements changed, taken out, renamed, repeated, or put into another one."""
    root = etree.fromstring(data)
    for _change in range(draw(st.integers(1, 3))):
        elements = list(root.iter())
        element, other = draw(st.sampled_from(elements)), draw(st.sampled_from(elements))
        change = draw(st.sampled_from(["text", "attribute", "drop", "rename", "repeat", "into", "bury"]))
        _change_element(element, other, change, draw(_TEXTS), draw(st.sampled_from([1, 2, 40, 300])))
    return etree.tostring(root, encoding="utf-8")


def _change_element(element: etree._Element, other: etree._Element, change: str, text: str, times: int) -> None:
    parent = element.getparent()
    match change:
        case "text":
            element.text = text
        case "attribute":
            element.set(next(iter(map(str, element.attrib)), str(other.tag)) if times > 2 else "version", text)
        case "drop" if parent is not None:
            parent.remove(element)
        case "rename":
            element.tag = other.tag
        case "repeat" if parent is not None:
            parent.extend(copy.deepcopy(element) for _time in range(times))
        case "into":
            other.append(copy.deepcopy(element))
        case "bury":
            for _level in range(times):
                element = etree.SubElement(element, str(other.tag))


@pytest.mark.parametrize("name", [name for name, each in READERS_OF_FORMATS.items() if each.form == "xml"])
@FEW
@given(data=st.data())
def test_other_xml(name: str, data: st.DataObject) -> None:
    reader = READERS_OF_FORMATS[name]
    assert said_by(reader, data.draw(xml_changes(reader.original))).isprintable()


# --- the table -------------------------------------------------------------------------------------------------------


@ALL
def test_the_original_is_good(name: str) -> None:
    assert said_by(READERS_OF_FORMATS[name], READERS_OF_FORMATS[name].original) == ""


def _takes_input(function: Callable[..., object]) -> bool:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    return first is not None and first.annotation in ("bytes", "BinaryIO", "Reader")


def test_every_reader_is_in_the_table() -> None:
    """Whatever in `formats` takes bytes or a file and writes nothing is reached by reading the originals."""
    wanted = {
        f"{module.__name__}.{name}"
        for found in pkgutil.iter_modules(imagewright.formats.__path__, "imagewright.formats.")
        for module in [import_module(found.name)]
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith(("_", "write_")) and _takes_input(function)
    }
    reached: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            reached.add(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        for reader in READERS_OF_FORMATS.values():
            reader.read(reader.original)
    finally:
        sys.setprofile(None)
    assert wanted - reached == set(), "add them to READERS_OF_FORMATS"
