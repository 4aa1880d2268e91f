"""Drafts: ids, the one draft of a user, compare and set."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stored_values import all_at_once, draft_of, spec_of

from imagewright.app.ports import StaleRevision
from imagewright.model.draft import Draft
from imagewright.model.spec import (
    AddOnSpec,
    AlternativeImage,
    HostHardware,
    ImageSpec,
    PackageSpec,
    SelectionCriteria,
    SelectionType,
    SoftwareSpec,
    SolutionSpec,
)
from imagewright.storage.database import DatabaseStorage

WHOLE = SoftwareSpec(
    ImageSpec(
        base_image="9.0.0-1",
        add_on=AddOnSpec("addon", "1"),
        components={"driver": "2.0", "any": None},
        solutions={"nsx": SolutionSpec("4.2", ("nsx-a", "nsx-b"))},
        hardware_support={"manager": PackageSpec("package", "3")},
        removed_components=frozenset({"old-driver"}),
    ),
    {
        "image-1": AlternativeImage(
            "For blades — größer",
            ImageSpec(components={"driver": "1.0"}),
            SelectionCriteria(
                SelectionType.HOST_HARDWARE_SPEC, hardware=HostHardware("V", models=frozenset({"M1", "M2"}))
            ),
        ),
        "image-2": AlternativeImage("New", ImageSpec()),
    },
)


def test_draft_comes_back_as_it_was(storage: DatabaseStorage) -> None:
    new = draft_of("alice", spec=WHOLE, base_spec="software-spec-3", base_version=7)
    with storage.write() as unit:
        draft = unit.drafts.add(new)
    assert draft == replace(new, id="1")
    with storage.read() as unit:
        assert unit.drafts.get(draft.id) == unit.drafts.of_owner("alice") == draft
        assert unit.drafts.of_owner("bob") is None


def test_ids_are_never_given_out_again(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        assert unit.drafts.add(draft_of("alice")).id == "1"
        assert unit.drafts.add(draft_of("bob")).id == "2"
        assert unit.drafts.delete("2")
        assert not unit.drafts.delete("2")
    with storage.write() as unit:
        assert unit.drafts.add(draft_of("bob")).id == "3"


@pytest.mark.parametrize("not_an_id", ["", "0", "01", "-1", "١", "1 ", "1\n", "one", "9" * 30])
def test_text_that_is_no_id_finds_nothing(storage: DatabaseStorage, not_an_id: str) -> None:
    with storage.write() as unit:
        unit.drafts.add(draft_of("alice"))
        assert unit.drafts.get(not_an_id) is None
        assert not unit.drafts.delete(not_an_id)


def test_second_draft_of_an_owner_is_refused(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.drafts.add(draft_of("alice"))
    with pytest.raises(StaleRevision, match="'alice'"), storage.write() as unit:
        unit.drafts.add(draft_of("alice"))
    with storage.read() as unit:
        assert [draft.id for draft in unit.drafts.list()] == ["1"]


def test_filters_and_order(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for number in range(11):
            unit.drafts.add(draft_of(f"user-{number}", base_spec="software-spec-1" if number % 2 else "-1"))

    def ids(**filters: list[str]) -> list[str]:
        with storage.read() as unit:
            return [draft.id for draft in unit.drafts.list(**filters)]

    assert ids() == [str(number) for number in range(1, 12)]
    assert ids(base_specs=["software-spec-1"]) == ["2", "4", "6", "8", "10"]
    assert ids(owners=["user-1", "user-2", "nobody"]) == ["2", "3"]
    assert ids(owners=["user-1", "user-2"], base_specs=["-1"]) == ["3"]


def test_save_compares_and_sets_the_revision(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        first = unit.drafts.add(draft_of("alice"))
        second = unit.drafts.save(replace(first, spec=spec_of("8.0"), display_name="Image"))
        assert second == replace(first, spec=spec_of("8.0"), display_name="Image", revision=2)
        assert unit.drafts.get(first.id) == second
        with pytest.raises(StaleRevision, match="revision 1"):
            unit.drafts.save(replace(first, display_name="Other"))
        assert unit.drafts.get(first.id) == second


def test_save_of_a_deleted_draft_is_refused(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        draft = unit.drafts.add(draft_of("alice"))
        unit.drafts.delete(draft.id)
        with pytest.raises(StaleRevision):
            unit.drafts.save(draft)


def test_of_many_drafts_by_one_owner_at_once_one_is_made(storage: DatabaseStorage) -> None:
    def add(_: int) -> Draft:
        with storage.write() as unit:
            return unit.drafts.add(draft_of("alice"))

    outcomes = all_at_once(8, add)
    made = [outcome for outcome in outcomes if isinstance(outcome, Draft)]
    assert len(made) == 1
    assert all(isinstance(outcome, StaleRevision) for outcome in outcomes if outcome not in made)
    with storage.read() as unit:
        assert unit.drafts.list() == made


def test_of_many_edits_of_one_revision_one_wins(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        draft = unit.drafts.add(draft_of("alice"))

    def edit(number: int) -> Draft:
        with storage.write() as unit:
            return unit.drafts.save(replace(draft, display_name=f"name {number}"))

    outcomes = all_at_once(8, edit)
    won = [outcome for outcome in outcomes if isinstance(outcome, Draft)]
    assert len(won) == 1
    assert sum(isinstance(outcome, StaleRevision) for outcome in outcomes) == 7
    with storage.read() as unit:
        assert unit.drafts.get(draft.id) == won[0]


def test_many_who_get_ids_at_the_same_moment_are_not_refused(storage: DatabaseStorage) -> None:
    def add(number: int) -> str:
        with storage.write() as unit:
            return unit.drafts.add(draft_of(f"owner-{number}")).id

    assert sorted(map(str, all_at_once(12, add)), key=int) == [str(number) for number in range(1, 13)]
