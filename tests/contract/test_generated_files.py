"""What is checked in is what the generator writes today."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from imagewright.contract import facts
from imagewright.contract.generate import SERVICES_PATH, Generator, constant_of

GENERATOR = Generator(facts.load(), facts.load(facts.OWN_FACTS_PATH))


def test_every_generated_file_is_up_to_date() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in SERVICES_PATH.glob("*.py")}

    assert written == GENERATOR.files()


@pytest.mark.parametrize("path", [facts.FACTS_PATH, facts.OWN_FACTS_PATH], ids=lambda path: path.name)
def test_a_facts_file_is_in_its_canonical_form(path: Path) -> None:
    again = msgspec.json.format(msgspec.json.encode(facts.load(path)), indent=1) + b"\n"

    assert path.read_bytes() == again


def test_every_input_of_every_route_is_in_exactly_one_place() -> None:
    for operation in GENERATOR.operations:
        for route in operation.routes:
            in_path = [each.name for each in operation.inputs if "{" + each.name + "}" in route.path]
            places = [*in_path, *route.query, *route.body_fields, *([route.body] if route.body else [])]
            assert sorted(places) == sorted(each.name for each in operation.inputs), operation


def test_a_constant_is_named_as_its_operation_unless_the_name_is_taken() -> None:
    assert constant_of("commit$task", {"commit$task", "create"}) == "commit"
    assert constant_of("delete$task", {"delete", "delete$task"}) == "delete_task"
    assert constant_of("list", {"list"}) == "list_"
