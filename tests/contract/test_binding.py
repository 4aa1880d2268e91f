from __future__ import annotations

import pytest

from imagewright.contract.binding import Bindings
from imagewright.contract.coverage import coverage_markdown
from imagewright.contract.services import cis_tasks
from imagewright.contract.services import own_software_versions as versions
from imagewright.contract.services import repository_software_drafts as drafts


def test_a_bound_function_gets_its_arguments_by_name() -> None:
    bindings = Bindings()

    @bindings.implements(drafts.list_)
    def list_drafts(call: str, filter_: object) -> tuple[str, object]:
        return call, filter_

    bound = bindings.of(drafts.list_)
    assert bound is not None
    assert bound("call", {"filter": None}) == ("call", None)
    assert bindings.implemented == {drafts.list_}
    assert bindings.missing([drafts.list_, drafts.get]) == (drafts.get,)
    assert bindings.of(drafts.get) is None


def no_call(*, draft: str) -> None: ...
def too_few(call: object) -> None: ...
def too_many(call: object, draft: str, more: str) -> None: ...
def other_name(call: object, name: str) -> None: ...
def anything(call: object, **draft: str) -> None: ...


@pytest.mark.parametrize("function", [no_call, too_few, too_many, other_name, anything])
def test_a_function_that_does_not_fit_is_refused(function) -> None:
    with pytest.raises(TypeError, match=function.__name__):
        Bindings().implements(drafts.get)(function)


def test_two_functions_for_one_operation_are_refused() -> None:
    bindings = Bindings()
    bindings.implements(cis_tasks.cancel)(lambda call, task: None)

    with pytest.raises(ValueError, match="is done by"):
        bindings.implements(cis_tasks.cancel)(lambda call, task: None)


def test_the_coverage_table_says_what_is_served() -> None:
    table = coverage_markdown([cis_tasks.list_, drafts.commit], [versions.get], {drafts.commit})

    assert "1 of 2 are served" in table
    assert "0 of 1 are served" in table
    assert "| `POST /cis/tasks?action=list`<br>`GET /cis/tasks` | `list` | 6.7.1 | UNSUPPORTED |" in table
    assert (
        "| `POST /esx/settings/repository/software/drafts/{draft}?action=commit&vmw-task=true` "
        "| `commit$task` | 9.0.0.0 | served |"
    ) in table
    assert "| `GET /software/{software_spec}/versions/{version}` | `get` |  | UNSUPPORTED |" in table
