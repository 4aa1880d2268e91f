"""The whole main job with the official SDK, unchanged, and what REST says of the same things."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from official_sdk import (
    AddOn,
    AddOnSpec,
    BaseImage,
    BaseImages,
    BaseImageSpec,
    Components,
    Content,
    DepotComponents,
    DisplayName,
    DraftEffectiveComponents,
    Drafts,
    EffectiveComponents,
    Offline,
    Software,
    StubConfiguration,
    VapiStruct,
    configuration,
    ended,
    errors,
    logged_in,
    trusting,
)
from server_process import ALICE, VICTOR, ServerProcess, allowing, serving
from wire_clients import DRAFTS, OFFLINE, SOFTWARE, Rest, rest_session

from imagewright.cli import sample_depot as sample

NAME = "Made by the SDK"


@pytest.fixture
def empty_server(fresh_users: Path, depot_folder: Path) -> Iterator[ServerProcess]:
    with serving(fresh_users, settings=allowing(depot_folder)) as server:
        yield server


def test_the_main_job(empty_server: ServerProcess, depot_folder: Path) -> None:
    with logged_in(empty_server, ALICE) as client, rest_session(empty_server, VICTOR) as rest:
        sdk = configuration(client)
        _import_bundles(sdk, depot_folder)
        draft = Drafts(sdk).create(Drafts.CreateSpec())
        _set_parts(sdk, draft)
        _work_on_components(sdk, draft)
        _both_see_the_same_draft(sdk, rest, draft)
        _see_what_is_wrong(sdk, draft)
        spec = _correct_and_commit(sdk, draft)
        _both_see_the_same_library(sdk, rest, spec)
        _export(empty_server, sdk, str(rest.token), spec)
        _rename_and_delete(sdk, spec)


def _import_bundles(sdk: StubConfiguration, folder: Path) -> None:
    offline = Offline(sdk)
    for name in (sample.BASE_9_1_0_FILE, sample.BETA_FILE, sample.DRIVERS_FILE):
        spec = Offline.CreateSpec(source_type="PULL", location=(folder / name).as_uri(), description=name)
        task = offline.create_task(spec)
        info = ended(task)
        assert (info.status, info.error) == ("SUCCEEDED", None)
        depot = task.get_result().depot
        assert offline.get(depot).description == name
        assert offline.list()[depot].owner == ALICE.name
        assert Content(sdk).get(depot).metadata_bundles
    assert [each.version for each in BaseImages(sdk).list()] == [sample.BASE_9_1_0]
    drivers = DepotComponents(sdk).list(DepotComponents.FilterSpec(names={sample.NET_DRIVER}))
    assert [each.version for each in drivers[0].versions] == [sample.NET_DRIVER_GOOD, sample.NET_DRIVER_UNMET]


def _set_parts(sdk: StubConfiguration, draft: str) -> None:
    name, base_image, add_on = DisplayName(sdk), BaseImage(sdk), AddOn(sdk)
    with pytest.raises(errors.NotFound):
        name.get(draft)
    name.set(draft, DisplayName.SetSpec(display_name=NAME))
    assert name.get(draft).display_name == NAME
    assert base_image.get(draft).version == ""
    base_image.set(draft, BaseImageSpec(version=sample.BASE_9_1_0))
    assert base_image.get(draft).details.release_date.year == 2026
    with pytest.raises(errors.NotFound):
        add_on.get(draft)
    add_on.set(draft, AddOnSpec(name=sample.BETA, version=sample.BETA_VERSION))
    assert add_on.get(draft).details.vendor == "Sample Beta Computers"


def _work_on_components(sdk: StubConfiguration, draft: str) -> None:
    components = Components(sdk)
    assert components.list(draft) == {}
    components.set(draft, sample.NET_DRIVER, sample.NET_DRIVER_UNMET)
    assert components.get(draft, sample.NET_DRIVER).version == sample.NET_DRIVER_UNMET
    components.set(draft, sample.NET_AGENT)
    assert components.get(draft, sample.NET_AGENT) is None, "the version is left open"
    components.update(draft, Components.UpdateSpec(components_to_set={"a": "1", "b": None}, components_to_delete={"z"}))
    assert components.list(draft).keys() == {sample.NET_DRIVER, sample.NET_AGENT, "a", "b"}
    components.update(draft, Components.UpdateSpec(components_to_delete={"a", "b"}))
    components.delete(draft, sample.NET_AGENT)
    with pytest.raises(errors.NotFound) as refused:
        components.get(draft, sample.NET_AGENT)
    assert sample.NET_AGENT in refused.value.messages[0].default_message
    assert components.list(draft).keys() == {sample.NET_DRIVER}


def plain(value: Any) -> Any:
    """What the SDK made of an answer, as plain JSON without what is unset."""
    match value:
        case VapiStruct():
            fields = {name: getattr(value, name) for name in value.get_binding_type().get_field_names()}
            return {name: plain(each) for name, each in fields.items() if each is not None}
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case datetime():
            return f"{value.isoformat(timespec='milliseconds')}Z"
    return value


def _both_see_the_same_draft(sdk: StubConfiguration, rest: Rest, draft: str) -> None:
    here = f"{DRAFTS}/{draft}"
    by_filter = Drafts.FilterSpec(software_spec_ids={"-1"}, owners={ALICE.name, "somebody else"})
    effective = DraftEffectiveComponents(sdk)
    for of_sdk, path in (
        (Drafts(sdk).get(draft), here),
        (Drafts(sdk).list(), DRAFTS),
        (Drafts(sdk).list(by_filter), f"{DRAFTS}?software_spec_ids=-1&owners={ALICE.name}"),
        (Drafts(sdk).list(Drafts.FilterSpec(owners={VICTOR.name})), f"{DRAFTS}?owners={VICTOR.name}"),
        (DisplayName(sdk).get(draft), f"{here}/display-name"),
        (BaseImage(sdk).get(draft), f"{here}/base-image"),
        (AddOn(sdk).get(draft), f"{here}/add-on"),
        (Components(sdk).list(draft), f"{here}/components"),
        (Components(sdk).get(draft, sample.NET_DRIVER), f"{here}/components/{sample.NET_DRIVER}"),
        (effective.list(draft), f"{here}/effective-components"),
        (
            effective.list(draft, DraftEffectiveComponents.FilterSpec(with_removed_components=True)),
            f"{here}/effective-components?with_removed_components=true",
        ),
        (BaseImages(sdk).list(), "/esx/settings/depot-content/base-images"),
        (DepotComponents(sdk).list(), "/esx/settings/depot-content/components"),
    ):
        assert plain(of_sdk) == rest.result("GET", path, 200), path
    depots = rest.result("GET", OFFLINE, 200)
    for number, depot in plain(Offline(sdk).list()).items():
        # Whoever may only read sees no folders.
        name = depot["location"].rpartition("/")[2]
        assert depot | {"location": f"file:///***/{name}"} == depots.pop(number)
    assert not depots


def _see_what_is_wrong(sdk: StubConfiguration, draft: str) -> None:
    task = Drafts(sdk).validate_task(draft)
    assert ended(task).status == "SUCCEEDED"
    (error,) = task.get_result().notifications.errors
    assert "vmkapi_2_99_0_0" in error.message.default_message
    assert f"take {sample.NET_DRIVER} out" in error.resolution.default_message
    info = ended(Drafts(sdk).commit_task(draft, Drafts.CommitSpec(message="too early")))
    assert info.status == "FAILED"
    assert isinstance(info.error, errors.InvalidArgument)
    found = info.error.data.convert_to(Drafts.ValidateResult).notifications.errors
    assert [each.message for each in found] == [error.message]
    assert Drafts(sdk).get(draft).display_name == NAME
    assert Software(sdk).list().records == []


def _correct_and_commit(sdk: StubConfiguration, draft: str) -> str:
    Components(sdk).set(draft, sample.NET_DRIVER, sample.NET_DRIVER_GOOD)
    validation = Drafts(sdk).validate_task(draft)
    ended(validation)
    assert validation.get_result().notifications.errors is None
    commit = Drafts(sdk).commit_task(draft, Drafts.CommitSpec(message="by the SDK"))
    assert ended(commit).status == "SUCCEEDED"
    with pytest.raises(errors.NotFound):
        Drafts(sdk).get(draft)
    assert Drafts(sdk).list() == {}
    return str(commit.get_result())


def _both_see_the_same_library(sdk: StubConfiguration, rest: Rest, spec: str) -> None:
    assert [record.id for record in Software(sdk).list().records] == [spec]
    here = f"{SOFTWARE}/{spec}"
    by_name = Software.FilterSpec(display_names={NAME})
    for of_sdk, path in (
        (Software(sdk).get(spec), here),
        (Software(sdk).list(), SOFTWARE),
        (Software(sdk).list(by_name), f"{SOFTWARE}?display_names={NAME}"),
        (Software(sdk).list(Software.FilterSpec(owners={"nobody"})), f"{SOFTWARE}?owners=nobody"),
        (EffectiveComponents(sdk).list(spec), f"{here}/effective-components"),
    ):
        assert plain(of_sdk) == rest.result("GET", path, 200), path


_WANTED_FILES = Software.ExportSpec(
    export_software_spec=True, export_iso_image=False, export_offline_bundle=True, export_only_default_image=False
)


def _export(server: ServerProcess, sdk: StubConfiguration, token: str, spec: str) -> None:
    urls = Software(sdk).export(spec, _WANTED_FILES)
    assert urls.keys() == {"SOFTWARE_SPEC", "OFFLINE_BUNDLE"}
    with trusting(server) as session:
        file = session.get(urls["SOFTWARE_SPEC"], headers={"vmware-api-session-id": token})
        assert isinstance(file, requests.Response)
        assert file.json()["components"] == {sample.NET_DRIVER: sample.NET_DRIVER_GOOD}
        bundle = session.get(urls["OFFLINE_BUNDLE"], headers={"vmware-api-session-id": token})
        assert isinstance(bundle, requests.Response)
        with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
            assert archive.testzip() is None
            assert archive.read("software-spec.json") == file.content


def _rename_and_delete(sdk: StubConfiguration, spec: str) -> None:
    software = Software(sdk)
    software.update(spec, Software.UpdateSpec(display_name="Renamed"))
    assert software.get(spec).display_name == "Renamed"
    software.delete(spec)
    with pytest.raises(errors.NotFound):
        software.get(spec)
    assert software.list().records == []
