"""Reports about broken images, word for word.

Each case is a specification over the depots of a small site, and the report that its author should read. The texts were
written by hand, from what a person needs to know; a change of wording is a change of these files, made on purpose.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from model_site import small_site

from imagewright.model.compose import compose_spec
from imagewright.model.finding import CATALOGUE, report
from imagewright.model.spec import SoftwareSpec
from imagewright.model.validate import LibraryEntry, LibraryView, validate

REPORTS = Path(__file__).parents[2] / "golden" / "reports"
CASES = sorted(path.stem for path in REPORTS.glob("*.json"))


def library_of(document: dict[str, Any] | None) -> LibraryView | None:
    if document is None:
        return None
    entries = tuple(
        LibraryEntry(entry["id"], entry["display_name"], SoftwareSpec.from_document(entry["spec"]).image_hash)
        for entry in document["entries"]
    )
    return LibraryView(document["display_name"], entries, copied_from=document.get("copied_from"))


@pytest.mark.parametrize("case", CASES)
def test_report_reads_as_written(case: str) -> None:
    document = json.loads((REPORTS / f"{case}.json").read_text("utf-8"))
    spec, catalog = SoftwareSpec.from_document(document["spec"]), small_site()

    findings = validate(spec, compose_spec(spec, catalog), catalog, library_of(document.get("library")))

    assert report(findings) == (REPORTS / f"{case}.txt").read_text("utf-8")


def test_every_sentence_ends_and_names_a_way_out() -> None:
    for finding_id, wording in CATALOGUE.items():
        assert finding_id.startswith("imagewright."), finding_id
        for sentence in (wording.text, wording.resolution, wording.without_ways or "."):
            assert sentence.endswith("."), finding_id
