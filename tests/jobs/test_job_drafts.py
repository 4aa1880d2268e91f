"""Checking and committing drafts by tasks, through the whole application."""

from __future__ import annotations

import pytest
from depot_bench import Site

from imagewright.cli import sample_depot as sample
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.model.errors import InvalidArgument, NotFound
from imagewright.model.task import TaskStatus


def test_a_draft_is_validated_and_committed_by_tasks(site: Site, bundles: dict[str, bytes]) -> None:
    site.imported(bundles[sample.BASE_8_0_3_FILE])
    draft = site.draft(sample.BASE_8_0_3)

    found = site.ended(site.call(drafts.validate, draft=draft))
    assert found.status is TaskStatus.SUCCEEDED
    assert "errors" not in found.result["notifications"]

    assert site.ended(site.call(drafts.commit, draft=draft, spec=drafts.CommitSpec())).result == "software-spec-1"
    with pytest.raises(NotFound):
        site.call(drafts.get, draft=draft)


def test_a_draft_with_errors_validates_and_does_not_commit(site: Site) -> None:
    draft = site.draft("1.2.3")

    assert site.ended(site.call(drafts.validate, draft=draft)).result["notifications"]["errors"]
    error = site.failure(site.call(drafts.commit, draft=draft, spec=drafts.CommitSpec()))
    assert isinstance(error, InvalidArgument)
    assert isinstance(error.data, drafts.ValidateResult)
    assert site.call(drafts.get, draft=draft).display_name == "gold"


def test_a_draft_that_goes_before_its_task_comes_is_not_found(site: Site) -> None:
    draft = site.draft("1.2.3")
    tasks = [
        site.call(drafts.validate, draft=draft),
        site.call(drafts.commit, draft=draft, spec=drafts.CommitSpec()),
    ]
    site.call(drafts.delete, draft=draft)

    assert [type(site.failure(task)) for task in tasks] == [NotFound, NotFound]
