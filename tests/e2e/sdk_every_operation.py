"""Every repository operation through whatever version of the official SDK is installed where this runs.

    python sdk_every_operation.py < what.json

It needs nothing but the SDK. `what.json` says where the server is, who calls, and which content its depots have (see
`test_sdk_every_operation.py`). On standard output it writes, as JSON, each operation that was called and answered. An
answer that the SDK cannot read ends it with the SDK's own exception; so does one that is not what it should be.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

with warnings.catch_warnings():
    # The SDK uses what Python has deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from com.vmware.esx import settings_client as settings
    from com.vmware.esx.settings import repository_client as repository
    from com.vmware.esx.settings.repository import software_client as software
    from com.vmware.esx.settings.repository.software import alternative_images_client as of_spec
    from com.vmware.esx.settings.repository.software import drafts_client as parts
    from com.vmware.esx.settings.repository.software.drafts import alternative_images_client as alternative
    from vmware.vapi.bindings.stub import ApiInterfaceStub
    from vmware.vapi.vsphere.client import create_vsphere_client

What = dict[str, Any]
IMAGE_NAME, SPEC_NAME = "Blades", "By every operation"


def _recorded() -> list[str]:
    """What the SDK has called from now on, and could read the answer of."""
    called: list[str] = []
    invoke = ApiInterfaceStub.native_invoke

    def recording(stub: Any, ctx: Any, method: str, *arguments: Any, **options: Any) -> Any:
        answer = invoke(stub, ctx, method, *arguments, **options)
        called.append(f"{stub.get_identifier().get_name()}.{method}")
        return answer

    ApiInterfaceStub.native_invoke = recording
    return called


@contextmanager
def _configuration(what: What) -> Iterator[Any]:
    session = requests.Session()
    session.trust_env = False
    session.verify = what["certificate"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        client = create_vsphere_client(
            server=what["host"], username=what["user"], password=what["password"], session=session
        )
    with session, client:
        yield client._stub_factory._stub_config


def _result(task: Any) -> Any:
    """The result of a task that must succeed, read by the SDK."""
    while task.get_info().status not in ("SUCCEEDED", "FAILED"):
        time.sleep(0.02)
    assert task.get_info().status == "SUCCEEDED", task.get_error()
    return task.get_result()


def _same(found: object, wanted: object) -> None:
    assert found == wanted, f"{found!r} and not {wanted!r}"


def _whole_drafts(sdk: Any, what: What) -> str:
    """Creates, imports, lists, reads and deletes drafts; leaves one."""
    drafts = software.Drafts(sdk)
    drafts.delete(drafts.create(software.Drafts.CreateSpec()))
    spec = software.Drafts.ImportSpec(
        display_name="Imported",
        source_type=software.Drafts.SourceType.JSON_STRING,
        software_spec=json.dumps({"base_image": {"version": what["base_image"]}}),
    )
    imported = drafts.import_software_spec(spec)
    _same(set(drafts.list(software.Drafts.FilterSpec(owners={what["user"]}))), {imported})
    draft = drafts.create(software.Drafts.CreateSpec(delete_existing_draft=True))
    found = drafts.get(draft)
    _same((found.metadata.owner, found.metadata.status, found.software_spec), (what["user"], "VALID", "-1"))
    return str(draft)


def _default_image(sdk: Any, what: What, draft: str) -> None:
    """Sets, reads and deletes each part of the default image; leaves name and base image."""
    parts.DisplayName(sdk).set(draft, parts.DisplayName.SetSpec(display_name=SPEC_NAME))
    _same(parts.DisplayName(sdk).get(draft).display_name, SPEC_NAME)
    parts.BaseImage(sdk).set(draft, settings.BaseImageSpec(version=what["base_image"]))
    _same(parts.BaseImage(sdk).get(draft).version, what["base_image"])
    _parts(sdk, what, parts, (draft,))


def _parts(sdk: Any, what: What, service: Any, where: tuple[str, ...]) -> None:
    """What the default image and an alternative image have in common, whose services look alike."""
    name, version = what["add_on"]
    service.AddOn(sdk).set(*where, settings.AddOnSpec(name=name, version=version))
    _same(service.AddOn(sdk).get(*where).version, version)
    service.AddOn(sdk).delete(*where)
    packages = {"manager": settings.HardwareSupportPackageSpec(pkg="package", version="1")}
    service.HardwareSupport(sdk).set(*where, settings.HardwareSupportSpec(packages=packages))
    _same(service.HardwareSupport(sdk).get(*where).packages["manager"].version, "1")
    service.HardwareSupport(sdk).delete(*where)
    removed = service.RemovedComponents(sdk)
    removed.set(*where, what["removable"])
    _same(removed.get(*where, what["removable"]).version, None)
    _same(set(removed.list(*where)), {what["removable"]})
    effective = service.EffectiveComponents(sdk)
    assert what["removable"] not in effective.list(*where)
    with_removed = effective.list(*where, service.EffectiveComponents.FilterSpec(with_removed_components=True))
    _same(with_removed[what["removable"]].version, "")
    removed.delete(*where, what["removable"])
    _components(sdk, what, service, where)


def _components(sdk: Any, what: What, service: Any, where: tuple[str, ...]) -> None:
    name, version = what["component"]
    components = service.Components(sdk)
    components.set(*where, name, version)
    _same(components.get(*where, name).version, version)
    components.update(*where, service.Components.UpdateSpec(components_to_set={name: None, "other": "1"}))
    _same(components.get(*where, name), None)
    _same(set(components.list(*where)), {name, "other"})
    components.delete(*where, "other")
    _same(set(components.list(*where)), {name})


def _alternative_image(sdk: Any, what: What, draft: str) -> str:
    """The same for an alternative image, with what only such a one has; leaves it with criteria."""
    images = parts.AlternativeImages(sdk)
    images.delete(draft, images.create(draft, parts.AlternativeImages.CreateSpec(display_name="Gone")))
    image = images.create(draft, parts.AlternativeImages.CreateSpec(display_name="Towers"))
    _same(images.list(draft).alternative_images[image].display_name, "Towers")
    name = alternative.DisplayName(sdk)
    name.set(draft, image, alternative.DisplayName.SetSpec(display_name=IMAGE_NAME))
    _same(name.get(draft, image).display_name, IMAGE_NAME)
    _same(alternative.BaseImage(sdk).get(draft, image).version, what["base_image"])
    _parts(sdk, what, alternative, (draft, image))
    criteria = alternative.SelectionCriteria(sdk)
    spec = settings.ImageSelectionSpec(selection_type="HOST_UUID", host_uuids={"4c4c4544-0009"})
    criteria.set(draft, image, spec)
    _same(criteria.get(draft, image).host_uuids, {"4c4c4544-0009"})
    _same(images.get(draft, image).selection_criteria.selection_type, "HOST_UUID")
    return str(image)


def _committed(sdk: Any, draft: str) -> str:
    drafts = software.Drafts(sdk)
    assert not _result(drafts.validate_task(draft)).notifications.errors
    spec = _result(drafts.commit_task(draft, software.Drafts.CommitSpec(message="by every operation")))
    assert draft not in drafts.list()
    return str(spec)


def _library(sdk: Any, what: What, spec: str, image: str) -> None:
    """Reads, renames, copies, edits, exports and deletes the specification."""
    library = repository.Software(sdk)
    found = library.get(spec)
    _same((found.display_name, found.type, found.editable), (SPEC_NAME, "COMPOSITE", True))
    name, version = what["component"]
    _same(software.EffectiveComponents(sdk).list(spec)[name].version, version)
    _same(of_spec.EffectiveComponents(sdk).list(spec, image)[name].details.source, "USER")
    check = library.check_repository(repository.Software.CheckSpec(software_spec=found.software_spec))
    _same([each.record.id for each in check.matches], [spec])
    library.update(spec, repository.Software.UpdateSpec(display_name="Renamed"))
    listed = library.list(repository.Software.FilterSpec(display_names={"Renamed"})).records
    _same([each.id for each in listed], [spec])
    flags = ("export_iso_image", "export_offline_bundle", "export_only_default_image")
    urls = library.export(
        spec, repository.Software.ExportSpec(export_software_spec=True, **dict.fromkeys(flags, False))
    )
    assert urls["SOFTWARE_SPEC"].startswith("https://"), urls
    drafts = software.Drafts(sdk)
    _same(drafts.get(library.copy(spec, repository.Software.CopySpec())).software_spec, "-1")
    edited = library.edit(spec, repository.Software.EditSpec(delete_existing_draft=True))
    _same(drafts.get(edited).software_spec, spec)
    drafts.delete(edited)
    library.delete(spec)
    _same([each.id for each in library.list().records], [])


def main() -> None:
    what = json.load(sys.stdin)
    called = _recorded()
    with _configuration(what) as sdk:
        draft = _whole_drafts(sdk, what)
        _default_image(sdk, what, draft)
        image = _alternative_image(sdk, what, draft)
        _library(sdk, what, _committed(sdk, draft), image)
    json.dump(sorted(set(called)), sys.stdout)


if __name__ == "__main__":
    main()
