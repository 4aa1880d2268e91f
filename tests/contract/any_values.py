"""Hypothesis strategies for the Python values of a type of the contract."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from imagewright.contract import registry, types
from imagewright.model.errors import ApiError, Message, NotFound, Unauthorized

# No database takes a NUL, and half of a surrogate pair is no text.
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)
MESSAGES = st.builds(Message, id=TEXT, text=TEXT, args=st.tuples(TEXT))
# Structures contain themselves; below this depth every optional is unset and every collection empty.
DEEPEST = 3


@cache  # because Hypothesis examines every new strategy, which takes longer than to draw from it
def values(type_: types.Type, depth: int = 0) -> SearchStrategy[Any]:
    match type_:
        case types.Optional(element):
            return st.none() if depth >= DEEPEST else st.none() | values(element, depth)
        case types.List(element):
            return collections(element, depth).map(tuple)
        case types.Set(element):
            return collections(element, depth, unique=True).map(frozenset)
        case types.Map(key, value):
            size = 0 if depth >= DEEPEST else 2
            return st.dictionaries(values(key, depth), values(value, depth), max_size=size)
        case types.StructureRef(name):
            return st.deferred(lambda: structures(registry.structures[name], depth + 1))
        case types.EnumerationRef(name):
            return st.sampled_from(registry.enumerations[name])
    return SIMPLE.get(type(type_), TEXT)


def collections(element: types.Type, depth: int, *, unique: bool = False) -> SearchStrategy[list[Any]]:
    return st.lists(values(element, depth), max_size=0 if depth >= DEEPEST else 2, unique=unique)


@st.composite
def structures(draw: st.DrawFn, declared: registry.StructureType, depth: int = 0) -> Any:
    """A value of the structure in which every union is kept."""
    types_of = {field.name: field.type for field in declared.fields}
    found: dict[str, Any] = {}
    for union in declared.unions:
        found[union.discriminant] = draw(values(types_of[union.discriminant], depth))
        case = union.cases.get(found[union.discriminant], {})
        for name in union.fields:
            if name not in case:
                found[name] = None
            elif case[name]:
                element = types_of[name]
                assert isinstance(element, types.Optional)
                found[name] = draw(values(element.element, depth))
    for name, type_ in types_of.items():
        if name not in found:
            found[name] = draw(values(type_, depth))
    return declared.python(**found)


@st.composite
def api_errors(draw: st.DrawFn) -> ApiError:
    messages = draw(st.lists(MESSAGES, max_size=2))
    data = draw(st.none() | structures(registry.structures["com.vmware.esx.settings.base_image_spec"]))
    if draw(st.booleans()):
        return Unauthorized(*messages, data=data, challenge=draw(st.none() | TEXT))
    return NotFound(*messages, data=data)


SIMPLE: dict[type[Any], SearchStrategy[Any]] = {
    types.Integer: st.integers(-(2**63), 2**63 - 1),
    types.Double: st.integers(-(10**6), 10**6).map(lambda number: number / 8),
    types.Boolean: st.booleans(),
    types.DateTime: TIMES,
    types.Uri: st.sampled_from(("https://depot.example/index.xml", "file:///depots/a.zip", "urn:x:1")),
    types.Void: st.none(),
    types.Opaque: TEXT | structures(registry.structures["com.vmware.esx.settings.base_image_spec"]),
    types.DynamicStructure: structures(registry.structures["com.vmware.esx.settings.base_image_spec"]),
    types.AnyError: api_errors(),
}
