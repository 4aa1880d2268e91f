"""Mappings as a site uses them: learned and tried on the command line, then used by a server and without one."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from server_process import ALICE, allowing, run_command, serving
from wire_clients import OFFLINE, rest_session

from imagewright.cli import sample_depot as sample

COMPONENT, VERSION = sample.SOLUTION_COMPONENT, sample.SOLUTION_VERSION
GUESS = {"one": "9.1.0.0.1", "two": "9.1.0.0.2", "name": "Thing", "c": {COMPONENT: VERSION}}
"""Too unsure to be taken: which of both is the version?"""
MAPPING = """[[image]]
kind = "base image"
files = "x/*.json"
version = "two"
components = ["c.*"]
component_name = "@key"
component_version = "@value"
"""


@pytest.fixture
def folder(depot_folder: Path, tmp_path: Path) -> Path:
    """A folder with a depot whose only image is a guess, and a mapping that knows it."""
    bundle_with(depot_folder / sample.SOLUTION_FILE, tmp_path / "odd.zip", {"x/odd.json": GUESS})
    (tmp_path / "map.toml").write_text(MAPPING, "utf-8")
    return tmp_path


def bundle_with(bundle: Path, target: Path, documents: dict[str, Any]) -> None:
    """A copy of a bundle with these documents in its metadata."""
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("metadata.zip"):
                inner = target.with_suffix(".inner")
                inner.write_bytes(data)
                with zipfile.ZipFile(inner, "a") as metadata:
                    for path, document in documents.items():
                        metadata.writestr(path, json.dumps(document))
                data = inner.read_bytes()
                inner.unlink()
            copy.writestr(name, data)


def test_learn_correct_and_try(folder: Path) -> None:
    learned = run_command("depot", "map", "learn", "odd.zip", "-o", "learned.toml", folder=folder)
    assert (learned.returncode, learned.stdout) == (0, "")
    assert "imagewright depot map test learned.toml odd.zip" in " ".join(learned.stderr.split())
    text = (folder / "learned.toml").read_text("utf-8")
    assert "# add-on Thing 9.1.0.0.1, " in text
    assert "too unsure to be taken" in text

    tried = run_command("depot", "map", "test", "map.toml", "odd.zip", folder=folder)
    assert tried.returncode == 0
    assert tried.stdout.endswith("x/odd.json: the base image 9.1.0.0.2, 1 component\n")
    as_json = run_command("depot", "map", "test", "map.toml", "odd.zip", "--json", folder=folder)
    (document,) = json.loads(as_json.stdout)["documents"]
    assert (as_json.returncode, document["fits"], document["mappings"]) == (0, True, ["map.toml (image 1)"])
    assert document["images"] == [{"kind": "base image", "image": "9.1.0.0.2", "components": 1}]


def test_without_an_output_the_mapping_is_written_to_standard_output(folder: Path) -> None:
    learned = run_command("depot", "map", "learn", "odd.zip", folder=folder)
    assert (learned.returncode, learned.stderr) == (0, "")
    assert '\n# version = "one"\n' in learned.stdout


def test_nothing_to_learn_ends_with_1(depot_folder: Path) -> None:
    done = run_command("depot", "map", "learn", sample.ALPHA_FILE, folder=depot_folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no image was recognised" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"two"', '"three"', "does not fit: it finds no text, or several, at 'three' for version"),
        ('["c.*"]', '["d.*"]', "does not fit: it finds no components at 'd.*'"),
        ('"@value"', '"x"', "does not fit: it finds no version in an entry of 'c.*'"),
        ('"@value"', '"@key"', "finds components of which none is in this depot; the first of 1 is"),
        ('version = "two"', 'version = "two"\nobject = "a"', "does not fit: it finds nothing at 'a'"),
        ("x/*.json", "y/*.json", "map.toml (image 1) fits no document; it is for files like y/*.json"),
    ],
)
def test_a_mapping_that_does_not_fit_says_where(old: str, new: str, said: str, folder: Path) -> None:
    (folder / "map.toml").write_text(MAPPING.replace(old, new, 1), "utf-8")

    done = run_command("depot", "map", "test", "map.toml", "odd.zip", folder=folder)

    assert done.returncode == 1
    assert said in done.stdout
    as_json = run_command("depot", "map", "test", "map.toml", "odd.zip", "--json", folder=folder)
    assert as_json.returncode == 1
    answer = json.loads(as_json.stdout)
    assert (
        any(said in reason for each in answer["documents"] for reason in each["reasons"]) or said in answer["unused"][0]
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"base image"', '"image"', "map.toml (image 1): has the kind 'image'; there are base image, add-on"),
        ('"base image"', '"add-on"', "map.toml (image 1): has no path for name, which every add-on needs"),
        ('version = "two"\n', "", "map.toml (image 1): has no path for version"),
        (
            "version = ",
            "versions = ",
            "map.toml line 4 (image 1, versions): has the key 'versions', which",
        ),
        ('"c.*"', '"c..x["', "map.toml (image 1): has at components the path"),
        ('component_version = "@value"\n', "", "does not say how components are told"),
        ("[[image]]", "[[image", "map.toml: is not TOML"),
    ],
)
def test_what_is_no_mapping_is_refused_everywhere(old: str, new: str, said: str, folder: Path) -> None:
    (folder / "map.toml").write_text(MAPPING.replace(old, new, 1), "utf-8")

    tried = run_command("depot", "map", "test", "map.toml", "odd.zip", folder=folder)
    inspected = run_command("depot", "inspect", "odd.zip", "--map", "map.toml", folder=folder)

    assert (tried.returncode, inspected.returncode) == (2, 2)
    assert said in tried.stderr
    assert f"mappings is map.toml, which cannot be used: {said[:12]}" in inspected.stderr or said in inspected.stderr


def test_without_a_server_the_option_and_the_setting_do_the_same(folder: Path) -> None:
    (folder / "spec.json").write_text('{"base_image": {"version": "9.1.0.0.2"}}', "utf-8")
    words = ("check", "spec.json", "--depot", "odd.zip", "--json")

    without = run_command(*words, folder=folder).stdout
    with_option = run_command(*words, "--map", "map.toml", folder=folder).stdout
    with_setting = run_command(*words, folder=folder, IMAGEWRIGHT_MAPPINGS="map.toml").stdout
    with_folder = run_command(*words, folder=folder, IMAGEWRIGHT_MAPPINGS=".").stdout

    assert "imagewright.base_image" in without
    assert with_option == with_setting == with_folder
    assert "imagewright.base_image" not in with_option


def test_inspect_calls_it_mapped(folder: Path) -> None:
    done = run_command("depot", "inspect", "odd.zip", "--map", "map.toml", folder=folder)

    assert done.returncode == 0
    assert "Base images\n  9.1.0.0.2\n    mapped      from odd.zip > " in done.stdout
    assert "as the mapping map.toml (image 1) says" in " ".join(done.stdout.split())


def test_a_server_reads_depots_by_its_mappings(folder: Path, users_data: Path) -> None:
    data = Path(shutil.copytree(users_data, folder / "data"))
    (folder / "mappings").mkdir()
    (folder / "map.toml").rename(folder / "mappings" / "site.toml")
    settings = allowing(folder) | {"IMAGEWRIGHT_MAPPINGS": str(folder / "mappings")}

    with serving(data, settings=settings) as server, rest_session(server, ALICE) as rest:
        spec = {"source_type": "PULL", "location": (folder / "odd.zip").as_uri(), "description": "odd"}
        task = rest.task("POST", OFFLINE, params={"vmw-task": "true"}, json=spec)
        assert task["status"] == "SUCCEEDED", task
        images = rest.result("GET", "/esx/settings/depot-content/base-images", 200)
        assert [each["version"] for each in images] == ["9.1.0.0.2"]


def test_a_server_does_not_start_with_a_broken_mapping(folder: Path) -> None:
    (folder / "map.toml").write_text("[[image", "utf-8")

    done = run_command(
        "serve", "--data", "data", "--listen", "127.0.0.1:0", folder=folder, IMAGEWRIGHT_MAPPINGS="map.toml"
    )

    assert done.returncode == 2
    assert "mappings is map.toml, which cannot be used: map.toml: is not TOML" in done.stderr
