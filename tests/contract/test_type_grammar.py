from __future__ import annotations

import pytest

from imagewright.contract.types import (
    EnumerationRef,
    Id,
    List,
    Map,
    Optional,
    Set,
    String,
    StructureRef,
    parse,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("string", String()),
        ("id", Id()),
        ("id<com.vmware.cis.task>", Id("com.vmware.cis.task")),
        ("optional<set<id>>", Optional(Set(Id()))),
        ("map<id,optional<string>>", Map(Id(), Optional(String()))),
        ("map<id,list<struct:a.b_c>>", Map(Id(), List(StructureRef("a.b_c")))),
        ("map<enum:a.type,map<string,string>>", Map(EnumerationRef("a.type"), Map(String(), String()))),
    ],
)
def test_text_and_type_are_two_forms_of_one_thing(text: str, type_: object) -> None:
    assert parse(text) == type_
    assert text_of(parse(text)) == text


@pytest.mark.parametrize("text", ["", "text", "list<string", "bag<string>", "list<>", "error:a.b"])
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Not a type"):
        parse(text)
