"""Reports about broken images, word for word.

Each case is a specification with the part of the depots that it reaches, and the report that its author reads. What a
report says is judged by people: a change of wording is a change of these files, made on purpose. The case files are
written by `python tests/unit/model/model_cases.py`.
"""

from __future__ import annotations

import pytest
from model_cases import CASES, REPORTS, written

from imagewright.formats.case_json import read_case
from imagewright.model.finding import CATALOGUE, report


@pytest.mark.parametrize("case", CASES)
def test_report_reads_as_written(case: str) -> None:
    replayed = read_case((REPORTS / f"{case}.json").read_bytes())

    assert report(replayed.findings()) == (REPORTS / f"{case}.txt").read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
def test_case_file_is_up_to_date_and_says_what_the_whole_depots_say(case: str) -> None:
    whole = CASES[case]

    assert (REPORTS / f"{case}.json").read_bytes() == written(case)
    assert whole.reduced().findings() == whole.findings()


def test_there_is_a_report_for_every_case_and_for_nothing_else() -> None:
    assert sorted(path.stem for path in REPORTS.glob("*.txt")) == sorted(CASES)


def test_there_is_a_report_with_every_finding() -> None:
    """Those of the inventory and of drivers are about more than one specification."""
    told = {found.id for case in CASES.values() for found in case.findings()}

    assert {each for each in CATALOGUE if each.split(".")[1] not in ("inventory", "driver")} == told


def test_every_sentence_ends_and_names_a_way_out() -> None:
    for finding_id, wording in CATALOGUE.items():
        assert finding_id.startswith("imagewright."), finding_id
        for sentence in (wording.text, wording.resolution, wording.without_ways or "."):
            assert sentence.endswith("."), finding_id


@pytest.mark.parametrize("case", CASES)
def test_every_finding_about_an_image_begins_at_a_choice_of_the_user(case: str) -> None:
    about_images = [
        each for each in CASES[case].findings() if each.id.split(".")[1] not in ("alternative_image", "draft")
    ]

    for found in about_images:
        assert any(link.startswith("you ") for link in found.because[:2]), found
