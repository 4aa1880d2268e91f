"""Commits, their history, names, and the lock of an orchestrator, each through the one way in."""

from __future__ import annotations

import pytest
from whole_site import COPY, EDIT, Person, Site

from imagewright.cli import sample_depot as sample
from imagewright.contract.services import (
    cis_task,
    settings,
)
from imagewright.contract.services import own_software_versions as versions
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.model.errors import InvalidArgument, NotFound, Unauthorized

SDDC = {"owner": "sddc.example", "owner_data": "domain 7"}


def edit(person: Person, spec: str, base: str = sample.BASE_8_0_3) -> str:
    """A draft of a specification, with another base image."""
    draft = str(person(software.edit, software_spec=spec, spec=EDIT))
    person(base_image.set_, draft=draft, spec=settings.BaseImageSpec(version=base))
    return draft


def orchestrated(**fields: str) -> software.UpdateSpec:
    return software.UpdateSpec(orchestrator=settings.OrchestratorSpec(**fields))


def rename(name: str) -> software.UpdateSpec:
    return software.UpdateSpec(display_name=name)


# --- history ---------------------------------------------------------------------------------------------------------


def test_every_commit_is_kept_with_its_author_and_message(site: Site) -> None:
    spec = site.alice.committed("Blades", sample.BASE_9_1_0, message="first")
    assert site.bob.commit(edit(site.bob, spec)).result == spec

    first, second = site.victor(versions.list_, software_spec=spec)

    assert (first.version, first.author, first.message, first.display_name) == (1, "alice", "first", "Blades")
    assert (second.version, second.author, second.message) == (2, "bob", "")
    assert first.time < second.time
    assert second.image_hash == site.victor(software.get, software_spec=spec).image_hash != first.image_hash
    old = site.victor(versions.get, software_spec=spec, version=1)
    assert old.software_spec.base_image.version == sample.BASE_9_1_0
    assert (old.author, old.image_hash) == ("alice", first.image_hash)


def test_what_was_never_committed_has_no_history(site: Site) -> None:
    spec = site.alice.committed("Blades")
    with pytest.raises(NotFound, match="versions 1 to 1"):
        site.victor(versions.get, software_spec=spec, version=2)
    with pytest.raises(NotFound, match="software-spec-99"):
        site.victor(versions.list_, software_spec="software-spec-99")


def test_history_goes_with_its_specification(site: Site) -> None:
    spec = site.alice.committed("Blades")
    site.alice(software.delete, software_spec=spec)
    with pytest.raises(NotFound, match=spec):
        site.victor(versions.list_, software_spec=spec)


# --- what becomes of drafts ------------------------------------------------------------------------------------------


def status_of(site: Site, draft: str) -> drafts.StatusType:
    return site.victor(drafts.get, draft=draft).metadata.status


def test_a_newer_version_overtakes_drafts_and_the_message_names_it(site: Site) -> None:
    spec = site.alice.committed("Blades")
    overtaken = edit(site.bob, spec, sample.BASE_8_0_2)
    site.alice.commit(edit(site.alice, spec), message="security")

    assert status_of(site, overtaken) is drafts.StatusType.INVALID
    ended = site.bob.commit(overtaken)
    assert ended.status is cis_task.Status.FAILED
    assert isinstance(ended.error, InvalidArgument)
    for part in ("alice", "version 2", spec, '"security"'):
        assert part in str(ended.error)
    assert site.victor(software.get, software_spec=spec).software_spec.base_image.version == sample.BASE_8_0_3


def test_renaming_keeps_drafts_valid_and_they_can_be_committed(site: Site) -> None:
    spec = site.alice.committed("Blades")
    draft = edit(site.bob, spec)
    site.alice(software.update, software_spec=spec, spec=rename("Blades, hall 2"))

    assert status_of(site, draft) is drafts.StatusType.VALID
    assert site.bob.commit(draft).result == spec


def test_deleting_the_base_makes_drafts_invalid(site: Site) -> None:
    spec = site.alice.committed("Blades")
    draft = edit(site.bob, spec)
    site.alice(software.delete, software_spec=spec)

    assert status_of(site, draft) is drafts.StatusType.INVALID
    ended = site.bob.commit(draft)
    assert isinstance(ended.error, InvalidArgument)
    assert "has been deleted" in str(ended.error)


def test_copy_makes_a_draft_that_nothing_overtakes(site: Site) -> None:
    spec = site.alice.committed("Blades")
    draft = site.bob(software.copy, software_spec=spec, spec=COPY)
    site.alice(software.delete, software_spec=spec)

    assert site.victor(drafts.get, draft=draft).software_spec == "-1"
    assert status_of(site, draft) is drafts.StatusType.VALID


# --- names -----------------------------------------------------------------------------------------------------------


def test_a_name_is_there_once(site: Site) -> None:
    site.alice.committed("Blades")
    other = site.alice.committed("Racks", sample.BASE_8_0_3)
    with pytest.raises(InvalidArgument, match="software-spec-1"):
        site.alice(software.update, software_spec=other, spec=rename("Blades"))


def test_update_leaves_what_is_unset_or_empty_and_moves_the_time(site: Site) -> None:
    spec = site.alice.committed("Blades")
    before = site.victor(software.get, software_spec=spec)
    site.alice(software.update, software_spec=spec, spec=rename(""))
    assert site.victor(software.get, software_spec=spec) == before

    site.alice(software.update, software_spec=spec, spec=rename("Blades 2"))
    after = site.victor(software.get, software_spec=spec)
    assert (after.display_name, after.creation_time) == ("Blades 2", before.creation_time)
    assert after.modified_time > before.modified_time


# --- the lock of an orchestrator -------------------------------------------------------------------------------------


def test_only_administrators_act_as_orchestrators(site: Site) -> None:
    spec = site.alice.committed("Blades")
    with pytest.raises(Unauthorized, match=r"imagewright\.Administer"):
        site.alice(software.update, software_spec=spec, spec=orchestrated(owner="me"))
    with pytest.raises(Unauthorized, match=r"imagewright\.Administer"):
        site.alice.commit(edit(site.alice, spec), **SDDC)


def test_a_commit_with_an_owner_locks_the_specification(site: Site) -> None:
    spec = site.admin.committed("Blades", **SDDC)

    found = site.victor(software.get, software_spec=spec)
    assert (found.orchestrator_info.owner, found.orchestrator_info.owner_data) == ("sddc.example", "domain 7")
    for operation, arguments in (
        (software.update, {"spec": rename("mine")}),
        (software.edit, {"spec": EDIT}),
        (software.delete, {}),
    ):
        with pytest.raises(Unauthorized, match=r"sddc\.example"):
            site.alice(operation, software_spec=spec, **arguments)
    assert site.alice(software.copy, software_spec=spec, spec=COPY)
    assert site.admin.commit(edit(site.admin, spec)).result == spec
    assert site.victor(software.get, software_spec=spec).orchestrator_info.owner == "sddc.example"


def test_a_lock_that_comes_after_the_draft_keeps_it_from_being_committed(site: Site) -> None:
    spec = site.alice.committed("Blades")
    draft = edit(site.alice, spec)
    site.admin(software.update, software_spec=spec, spec=orchestrated(**SDDC))

    ended = site.alice.commit(draft)

    assert isinstance(ended.error, Unauthorized)
    assert "sddc.example" in str(ended.error)
    assert status_of(site, draft) is drafts.StatusType.VALID


def test_owners_are_found_by_the_filter(site: Site) -> None:
    site.alice.committed("Blades")
    spec = site.admin.committed("Racks", sample.BASE_8_0_3, **SDDC)

    found = site.victor(software.list_, filter=software.FilterSpec(owners=frozenset({"sddc.example"})))

    assert [each.id for each in found.records] == [spec]


@pytest.mark.parametrize(("length", "fits"), [(65_535, True), (65_536, False)])
def test_owner_data_has_a_limit(site: Site, length: int, fits: bool) -> None:
    spec = site.alice.committed("Blades")
    data = "x" * length
    change = orchestrated(owner="sddc.example", owner_data=data)
    if fits:
        site.admin(software.update, software_spec=spec, spec=change)
        assert site.victor(software.get, software_spec=spec).orchestrator_info.owner_data == data
    else:
        with pytest.raises(InvalidArgument, match="at most 65535"):
            site.admin(software.update, software_spec=spec, spec=change)
        with pytest.raises(InvalidArgument, match="at most 65535"):
            site.admin.commit(site.admin.draft("Racks", sample.BASE_8_0_3), owner="sddc.example", owner_data=data)
