"""`imagewright depot verify`: a server's own answers about depots, compared with what is read from the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from server_process import ALICE, ServerProcess, run_command
from stock import IMPORTED
from wire_clients import Rest, connection, login

from imagewright.cli import sample_depot as sample

CONTENT = "/esx/settings/depot-content"
BASE = f"{CONTENT}/base-images/versions/{sample.BASE_8_0_3}"
ADD_ON = f"{CONTENT}/add-ons/{quote(sample.ALPHA)}/versions/{sample.ALPHA_NEW}"
DRIVER = f"{CONTENT}/components/{sample.NET_DRIVER}/versions/{sample.NET_DRIVER_GOOD}"


@pytest.fixture(scope="module")
def answers(stocked_server: ServerProcess) -> Iterator[dict[str, Any]]:
    """What a server answers that has the depots, by path: all shapes that there are."""
    lists = (f"{CONTENT}/{kind}" for kind in ("base-images", "add-ons", "components"))
    with connection(stocked_server) as http:
        rest = Rest(http, login(http, ALICE))
        yield {path: rest.result("GET", path, 200) for path in (*lists, BASE, ADD_ON, DRIVER)}


@pytest.fixture
def verify(depot_folder: Path, tmp_path: Path) -> Any:
    """Compares the depots of that server with an answer."""
    depots = [str(depot_folder / name) for name in IMPORTED]

    def run(answer: Any, *options: str, code: int = 0) -> dict[str, str]:
        (tmp_path / "answer.json").write_text(json.dumps(answer), "utf-8")
        words = ("depot", "verify", *depots, "--against", "answer.json", "--json", *options)
        done = run_command(*words, folder=tmp_path)
        assert done.returncode == code, done.stdout + done.stderr
        document = json.loads(done.stdout)
        assert document["compared"] > 0
        return {found["path"]: f"{found['id']}: {found['text']}" for found in document["findings"]}

    return run


def test_what_a_server_answers_agrees_in_every_shape(answers: dict[str, Any], verify: Any) -> None:
    assert verify(answers) == {}


@pytest.mark.parametrize("path", [BASE, ADD_ON, DRIVER])
def test_one_version_alone_is_told_by_how_it_is_called(path: str, answers: dict[str, Any], verify: Any) -> None:
    assert verify(answers[path]) == {}


@pytest.mark.parametrize("kind", ["base-images", "add-ons", "components"])
def test_a_list_alone_is_told_by_its_form(kind: str, answers: dict[str, Any], verify: Any) -> None:
    assert verify({"value": answers[f"{CONTENT}/{kind}"]}) == {}


def test_other_components_are_errors(answers: dict[str, Any], verify: Any) -> None:
    changed = json.loads(json.dumps(answers[BASE]))
    changed["components"].pop()
    changed["components"][0]["version"] = "0.0.1"
    changed["quick_patch_compatible_versions"] = {"1.2.3": "x"}

    found = verify(changed, code=1)

    place = f"base_images.{sample.BASE_8_0_3}"
    assert set(found) == {f"{place}.components", f"{place}.quick_patch_compatible_versions"}
    # The later of both findings about the components has this path: what only the server lists.
    assert "only there: " in found[f"{place}.components"]
    assert "0.0.1" in found[f"{place}.components"]


def test_other_texts_are_warnings(answers: dict[str, Any], verify: Any) -> None:
    changed = {
        **answers[ADD_ON],
        "summary": "Another",
        "category": "BUGFIX",
        "release_date": "2001-01-01T00:00:00.000Z",
    }
    changed["removed_components"] = [{"name": "Something", "display_name": "Something"}]

    found = verify({ADD_ON: changed}, code=1)

    place = f"add_ons.{sample.ALPHA}.{sample.ALPHA_NEW}"
    assert set(found) == {f"{place}.{key}" for key in ("summary", "category", "release_date", "removed_components")}
    assert found[f"{place}.summary"] == (
        f"imagewright.depot_content.field_differs: The add-on {sample.ALPHA} {sample.ALPHA_NEW} has the summary "
        "'Sample add-on for the 8.0.3 release only' here and 'Another' there."
    )


def test_what_only_one_side_has(answers: dict[str, Any], verify: Any) -> None:
    images = answers[f"{CONTENT}/base-images"]
    mine, other = images[0]["version"], "9.9.9.0.1"

    found = verify([*images[1:], {**images[0], "version": other}], code=1)
    found_with_more = verify([*images[1:], {**images[0], "version": other}], "--has-more", code=1)

    assert found[f"base_images.{other}"].endswith(f"The base image {other} is there, and was not read here.")
    assert found[f"base_images.{mine}"].endswith(f"The base image {mine} was read here, and is not there.")
    assert set(found_with_more) == {f"base_images.{mine}"}


def test_people_get_sentences_and_a_count(answers: dict[str, Any], depot_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(json.dumps([{**answers[f"{CONTENT}/base-images"][0], "summary": "x"}]))
    depot = str(depot_folder / sample.BASE_8_0_3_FILE)

    done = run_command("depot", "verify", depot, "--against", "answer.json", folder=tmp_path)

    assert done.returncode == 1
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    told = " ".join(done.stdout.split())
    place = f"base_images.{sample.BASE_8_0_3}.summary"
    assert told.startswith(f"WARNING imagewright.depot_content.field_differs at {place} The base image")
    assert done.stdout.rstrip().endswith("read: 1 difference.")
