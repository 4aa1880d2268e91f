"""Which fields go with which value: of import_spec and image_selection_spec sent, and of notifications answered."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import msgspec
import pytest
from repository_site import ASSIGNED_NAME, SINGLE, UNKNOWN, Place, Site, import_spec
from server_process import ALICE
from three_transports import NAMES, OverJsonRpc, OverRest
from wire_clients import body_of, refusal_in, refusal_under

from imagewright.cli import sample_depot as sample
from imagewright.contract import registry
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_selection_criteria as selection_criteria,
)
from imagewright.contract.services import settings

over_every_transport = pytest.mark.parametrize("transport", NAMES)

IMPORT = "com.vmware.esx.settings.repository.software.drafts.import_spec"
SELECTION = "com.vmware.esx.settings.image_selection_spec"
HARDWARE = {"vendor": "Sample, Inc."}
VALUES: dict[str, tuple[Any, Any]] = {
    "location": ("https://depot.example/spec.json",) * 2,
    "file_id": ("file-1",) * 2,
    "software_spec": ("{}",) * 2,
    "host_uuids": (["4c4c4544-0001"],) * 2,
    "host_hardware_spec": (HARDWARE, {"STRUCTURE": {"com.vmware.esx.settings.host_hardware_spec": HARDWARE}}),
}
"""A right value of each field, in plain JSON and in JSON-RPC."""
REST_PATHS = {
    IMPORT: ("POST", "/esx/settings/repository/software/drafts", {"action": "import-software-spec"}),
    SELECTION: (
        "PUT",
        f"/esx/settings/repository/software/drafts/{UNKNOWN}/alternative-images/{UNKNOWN}/selection-criteria",
        {},
    ),
}


def _wrong_sets(structure: str) -> list[Any]:
    """Each value of the discriminant with every set of fields that does not go with it."""
    (union,) = registry.structures[structure].unions
    found = []
    for (value, case), chosen in product(union.cases.items(), product((False, True), repeat=len(union.fields))):
        fields = tuple(name for name, there in zip(union.fields, chosen, strict=True) if there)
        if set(fields) != {name for name, required in case.items() if required}:
            found.append(pytest.param(structure, union.discriminant, value, fields, id=f"{value} {' '.join(fields)}"))
    return found


@pytest.mark.parametrize(
    ("structure", "discriminant", "value", "fields"), [*_wrong_sets(IMPORT), *_wrong_sets(SELECTION)]
)
def test_fields_that_do_not_go_together(
    site: Site, structure: str, discriminant: str, value: str, fields: tuple[str, ...]
) -> None:
    rest, rpc = site.transport("REST", ALICE), site.transport("JSON-RPC", ALICE)
    assert isinstance(rest, OverRest)
    assert isinstance(rpc, OverJsonRpc)
    always = {discriminant: value} | ({"display_name": "n"} if structure == IMPORT else {})
    method, path, params = REST_PATHS[structure]
    plain = always | {name: VALUES[name][0] for name in fields}
    told = refusal_in(rest.rest.request(method, path, params=params, json=plain), 400, "INVALID_ARGUMENT")

    wrapped = always | {name: {"OPTIONAL": VALUES[name][1]} for name in fields}
    operation = drafts.import_software_spec if structure == IMPORT else selection_criteria.set_
    ids = {each.name: UNKNOWN for each in operation.inputs if each.name != "spec"}
    answer = rpc.answer(operation, ids | {"spec": {"STRUCTURE": {structure: wrapped}}})
    assert refusal_under(answer, "invalid_argument").text == told.text
    told.says(discriminant)


@over_every_transport
@pytest.mark.parametrize("source", list(drafts.SourceType))
def test_each_source_of_an_import(site: Site, source: drafts.SourceType, transport: str) -> None:
    site.given(Place.NO_DRAFT)
    spec = drafts.ImportSpec(display_name="Imported", source_type=source, **_field_of(site, source))
    site.transport(transport, ALICE).result(drafts.import_software_spec, {"spec": spec})
    found = site.draft()
    assert (found.display_name, found.software_info.base_image.version) == ("Imported", sample.BASE_9_1_0)


def _field_of(site: Site, source: drafts.SourceType) -> dict[str, str]:
    """The field that goes with the source, naming the same specification."""
    content = json.dumps(msgspec.to_builtins(SINGLE))
    if source is drafts.SourceType.PULL:
        path = site.files / "spec.json"
        path.write_text(content)
        return {"location": path.as_uri()}
    if source is drafts.SourceType.PUSH:
        headers = {"vmware-api-session-id": site.token(ALICE)}
        answer = site.http.post("/vum-fileupload", files={"file": ("spec.json", content)}, headers=headers)
        assert answer.status_code == 200, answer.text
        return {"file_id": body_of(answer)}
    return {"software_spec": content}


@over_every_transport
def test_notifications_are_of_the_type_of_their_list(site: Site, transport: str) -> None:
    """`retriable` goes with errors only; the SDK and the strict reading would not take it elsewhere."""
    site.given(Place.NO_DRAFT)
    caller = site.transport(transport, ALICE)
    older_driver = msgspec.structs.replace(
        SINGLE, add_on=settings.AddOnSpec(name=sample.BETA, version=sample.BETA_VERSION)
    )
    spec = import_spec(ASSIGNED_NAME, older_driver)
    draft = caller.result(drafts.import_software_spec, {"spec": spec})
    task = caller.result(drafts.validate, {"draft": draft})
    found = caller.ended(drafts.validate, task).result.notifications
    assert found.errors
    assert found.warnings
    for type_, each in (
        ("INFO", found.info or ()), ("WARNING", found.warnings), ("ERROR", found.errors),
    ):  # fmt: skip
        assert {notification.type.value for notification in each} <= {type_}
        assert type_ == "ERROR" or {notification.retriable for notification in each} <= {None}


@over_every_transport
def test_a_failed_commit_carries_the_result_of_validation(site: Site, transport: str) -> None:
    """As the documentation of commit says of the data of its invalid_argument."""
    given = site.given(Place.EMPTY)
    caller = site.transport(transport, ALICE)
    task = caller.result(drafts.commit, {"draft": given.draft, "spec": drafts.CommitSpec()})
    refusal = caller.ended(drafts.commit, task).refusal
    assert refusal is not None
    result = caller.data_of(refusal, drafts.ValidateResult)
    ids = {each.id for each in result.notifications.errors}
    assert {"imagewright.draft.no_name", "imagewright.base_image.missing"} <= ids
