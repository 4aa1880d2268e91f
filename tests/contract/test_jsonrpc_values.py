"""The JSON-RPC dialect: what the official SDK reads and writes, we write and read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
import vendor_sdk
from any_values import structures, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagewright.contract import facts, jsonrpc_values, registry
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_session, cis_task, depots_offline, std
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import settings as shared
from imagewright.contract.types import Optional, StructureRef
from imagewright.model.errors import ApiError, InvalidArgument, Message, NotFound, Unauthenticated, UnexpectedInput

FACTS = facts.load()
FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
UNSET = {"OPTIONAL": None}


def unordered(document: Any) -> Any:
    """The document with every array sorted: sets and maps have no order, and lists keep their members all the same."""
    match document:
        case list():
            return sorted(map(unordered, document), key=lambda each: json.dumps(each, sort_keys=True))
        case dict():
            return {key: unordered(each) for key, each in document.items()}
    return document


@pytest.mark.parametrize("name", FACTS.structures)
def test_the_sdk_reads_every_structure_and_writes_it_alike(name: str) -> None:
    type_ = StructureRef(name)

    @FEW
    @given(value=structures(registry.structures[name]))
    def check(value: Any) -> None:
        document = json.loads(msgspec.json.encode(jsonrpc_values.encode(type_, value)))
        theirs = vendor_sdk.read_and_write(json.dumps(document), FACTS.structures[name].python)
        assert unordered(theirs) == unordered(document)
        again = msgspec.json.encode(jsonrpc_values.encode(type_, jsonrpc_values.decode(type_, document)))
        assert json.loads(again) == document

    check()


@pytest.mark.parametrize("operation", registry.operations, ids=lambda each: each.key)
def test_the_inputs_of_every_operation_arrive_as_they_were_sent(operation: Operation) -> None:
    @FEW
    @given(arguments=st.fixed_dictionaries({each.name: values(each.type) for each in operation.inputs}))
    def check(arguments: dict[str, Any]) -> None:
        document = json.loads(msgspec.json.encode(jsonrpc_values.encode_input(operation, arguments)))
        assert jsonrpc_values.decode_input(operation, document) == arguments

    check()


def operation_input(**fields: Any) -> dict[str, Any]:
    return {"STRUCTURE": {"operation-input": fields}}


def structure(class_: Any, **fields: Any) -> dict[str, Any]:
    return {"STRUCTURE": {class_.canonical_name: fields}}


def entry(key: Any, value: Any) -> dict[str, Any]:
    return {"STRUCTURE": {"map-entry": {"key": key, "value": value}}}


def test_a_map_with_optional_values() -> None:
    spec = structure(
        components.UpdateSpec,
        components_to_set={"OPTIONAL": [entry("a", {"OPTIONAL": "1"}), entry("b", UNSET)]},
        components_to_delete={"OPTIONAL": ["z"]},
    )

    assert jsonrpc_values.decode_input(components.update, operation_input(draft="17", spec=spec)) == {
        "draft": "17",
        "spec": components.UpdateSpec(components_to_set={"a": "1", "b": None}, components_to_delete=frozenset("z")),
    }


def test_optionals_may_be_left_out() -> None:
    assert jsonrpc_values.decode_input(drafts.list_, operation_input()) == {"filter": None}
    assert jsonrpc_values.decode_input(components.set_, operation_input(draft="1", component="a")) == {
        "draft": "1",
        "component": "a",
        "version": None,
    }


def test_unknown_fields_that_are_unset_are_passed_over() -> None:
    given_ = operation_input(draft="1", news=UNSET)

    assert jsonrpc_values.decode_input(drafts.get, given_) == {"draft": "1"}


FIELD_INVALID = "vapi.data.structure.field.invalid"
MISMATCH = "vapi.data.validate.mismatch"
IMPORT = {"display_name": "a", "source_type": "PULL", "location": {"OPTIONAL": "https://a/b"}}


@pytest.mark.parametrize(
    ("operation", "sent", "error", "ids", "place"),
    [
        (drafts.get, operation_input(), InvalidArgument, ["vapi.data.structure.field.missing"], "draft"),
        (drafts.get, operation_input(draft=1), InvalidArgument, [FIELD_INVALID, MISMATCH], "draft"),
        (drafts.get, operation_input(draft=None), InvalidArgument, [FIELD_INVALID, MISMATCH], "draft"),
        (drafts.get, {"draft": "1"}, InvalidArgument, [MISMATCH], "the input as a whole"),
        (drafts.get, None, InvalidArgument, [MISMATCH], "the input as a whole"),
        (
            drafts.get,
            {"STRUCTURE": {"other": {"draft": "1"}}},
            InvalidArgument,
            ["vapi.data.structure.name.mismatch"],
            "the input as a whole",
        ),
        (
            drafts.get,
            operation_input(draft="1", news="x"),
            UnexpectedInput,
            ["vapi.data.structure.field.unexpected"],
            "the input as a whole",
        ),
        (
            base_image.set_,
            operation_input(draft="1", spec=structure(shared.BaseImageSpec)),
            InvalidArgument,
            [FIELD_INVALID, "vapi.data.structure.field.missing"],
            "spec.version",
        ),
        # Both an unknown field and, further on, a missing one: what is missing goes first.
        (
            base_image.set_,
            operation_input(news="x", draft="1", spec=structure(shared.BaseImageSpec, more="y")),
            InvalidArgument,
            [FIELD_INVALID, "vapi.data.structure.field.missing"],
            "spec.version",
        ),
        (
            drafts.create,
            operation_input(spec=structure(drafts.CreateSpec, delete_existing_draft=True)),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, MISMATCH],
            "spec.delete_existing_draft",
        ),
        (
            drafts.list_,
            operation_input(filter={"OPTIONAL": structure(drafts.FilterSpec, owners={"OPTIONAL": ["a", "b", "a"]})}),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, "vapi.bindings.typeconverter.set.duplicate.element"],
            "filter.owners",
        ),
        (
            drafts.list_,
            operation_input(filter={"OPTIONAL": structure(drafts.FilterSpec, owners={"OPTIONAL": ["a", 2]})}),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, "vapi.data.list.invalid.entry", MISMATCH],
            "filter.owners[1]",
        ),
        (
            components.update,
            operation_input(
                draft="1",
                spec=structure(components.UpdateSpec, components_to_set={"OPTIONAL": [entry("a", {"OPTIONAL": 1})]}),
            ),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, MISMATCH],
            "spec.components_to_set['a']",
        ),
        (
            components.update,
            operation_input(
                draft="1",
                spec=structure(
                    components.UpdateSpec, components_to_set={"OPTIONAL": [entry("a", UNSET), entry("a", UNSET)]}
                ),
            ),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, "vapi.bindings.typeconverter.map.duplicate.key"],
            "spec.components_to_set",
        ),
        (
            drafts.import_software_spec,
            operation_input(spec=structure(drafts.ImportSpec, **(IMPORT | {"source_type": "PIGEON"}))),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, "vapi.bindings.typeconverter.unexpected.enum.type"],
            "spec.source_type",
        ),
        (
            drafts.import_software_spec,
            operation_input(spec=structure(drafts.ImportSpec, **(IMPORT | {"location": UNSET}))),
            InvalidArgument,
            [FIELD_INVALID, "vapi.data.structure.union.missing"],
            "spec",
        ),
        (
            drafts.import_software_spec,
            operation_input(spec=structure(drafts.ImportSpec, **IMPORT, file_id={"OPTIONAL": "f"})),
            InvalidArgument,
            [FIELD_INVALID, "vapi.data.structure.union.extra"],
            "spec",
        ),
        (
            drafts.import_software_spec,
            operation_input(spec=structure(drafts.ImportSpec, **(IMPORT | {"location": {"OPTIONAL": "a b"}}))),
            InvalidArgument,
            [FIELD_INVALID, FIELD_INVALID, "vapi.bindings.typeconverter.uri.invalid.format"],
            "spec.location",
        ),
        (
            drafts.get,
            operation_input(draft="a\0"),
            InvalidArgument,
            [FIELD_INVALID, "imagewright.string.unusable"],
            "draft",
        ),
        (
            drafts.get,
            operation_input(draft="\ud800"),
            InvalidArgument,
            [FIELD_INVALID, "imagewright.string.unusable"],
            "draft",
        ),
    ],
)
def test_bad_input_is_told_from_the_outside_to_the_inside(operation, sent, error, ids, place) -> None:
    with pytest.raises(ApiError) as caught:
        jsonrpc_values.decode_input(operation, sent)

    assert type(caught.value) is error
    assert [message.id for message in caught.value.messages] == ["vapi.invoke.input.invalid", *ids]
    assert caught.value.messages[0].args == (operation.key, place)


def test_the_published_sentence_of_a_missing_field() -> None:
    with pytest.raises(InvalidArgument) as caught:
        jsonrpc_values.decode_input(drafts.get, operation_input())

    assert caught.value.messages[-1] == Message(
        "vapi.data.structure.field.missing",
        "Structure 'operation-input' is missing a field: draft",
        ("operation-input", "draft"),
    )


@pytest.mark.parametrize(
    ("number", "accepted"),
    [(2**63 - 1, True), (-(2**63), True), (2**63, False), (-(2**63) - 1, False), (1.0, False), (True, False)],
)
def test_integers_have_64_bits(number: object, accepted: bool) -> None:
    document = structure(std.LocalizationParam, i={"OPTIONAL": number})
    type_ = StructureRef(std.LocalizationParam.canonical_name)
    if accepted:
        assert jsonrpc_values.decode(type_, document).i == number
    else:
        with pytest.raises(ValueError, match=r"at i\)"):
            jsonrpc_values.decode(type_, document)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-02T03:04:05.678Z", datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02T03:04:05.1234567Z", datetime(2026, 1, 2, 3, 4, 5, 123_456, UTC)),
        ("2026-01-02T03:04:05", None),
        ("2026-01-02 03:04:05Z", None),
        ("2026-13-02T03:04:05Z", None),
        ("2026-01-02T03:04:05.Z", None),
        ("2026-01-02T03:04:05+00:00", None),
        ("yesterday", None),
        (5, None),
    ],
)
def test_times_as_they_are_read(text: object, time: datetime | None) -> None:
    document = structure(std.LocalizationParam, dt={"OPTIONAL": text})
    type_ = StructureRef(std.LocalizationParam.canonical_name)
    if time is not None:
        assert jsonrpc_values.decode(type_, document).dt == time
    else:
        with pytest.raises(ValueError, match=r"at dt\)"):
            jsonrpc_values.decode(type_, document)


def test_times_are_written_in_utc_with_milliseconds() -> None:
    east = timezone(timedelta(hours=2))
    info = cis_session.Info(
        user="a",
        created_time=datetime(2026, 1, 2, 3, 4, 5, 678_999, UTC),
        last_accessed_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=east),
    )

    assert jsonrpc_values.encode_output(cis_session.get, info) == structure(
        cis_session.Info,
        user="a",
        created_time="2026-01-02T03:04:05.678Z",
        last_accessed_time="2026-01-02T01:04:05.000Z",
    )


def test_a_time_without_a_zone_is_a_mistake_of_ours() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001

    with pytest.raises(ValueError, match="has no zone"):
        jsonrpc_values.encode_output(
            cis_session.get, cis_session.Info(user="a", created_time=naive, last_accessed_time=naive)
        )


@pytest.mark.parametrize(
    ("operation", "value", "document"),
    [
        (cis_session.create, "token", {"SECRET": "token"}),
        (cis_session.delete, None, None),
        (components.get, None, UNSET),
        (
            components.get,
            shared.ComponentInfo(version="1"),
            {"OPTIONAL": structure(shared.ComponentInfo, version={"OPTIONAL": "1"}, details=UNSET)},
        ),
        (
            software.export,
            {software.ExportType.ISO_IMAGE: "https://a/b.iso"},
            [entry("ISO_IMAGE", "https://a/b.iso")],
        ),
        (drafts.commit, "task-1", "task-1"),
    ],
)
def test_what_an_answer_looks_like(operation: Operation, value: Any, document: Any) -> None:
    written = json.loads(msgspec.json.encode(jsonrpc_values.encode_output(operation, value)))

    assert written == document
    assert jsonrpc_values.decode_output(operation, written) == value


def test_sets_are_written_in_order() -> None:
    spec = drafts.FilterSpec(owners=frozenset("cab"))
    type_ = StructureRef(drafts.FilterSpec.canonical_name)

    assert jsonrpc_values.encode(type_, spec) == structure(
        drafts.FilterSpec, software_spec_ids=UNSET, owners={"OPTIONAL": ["a", "b", "c"]}
    )


def test_a_secret_has_its_own_wrapper() -> None:
    credentials = structure(
        depots_offline.HostCredentials,
        host_name="h",
        port=UNSET,
        user_name="u",
        password={"SECRET": "p"},
        ssl_thumb_print=UNSET,
        ssl_certificate=UNSET,
    )
    type_ = StructureRef(depots_offline.HostCredentials.canonical_name)

    read = jsonrpc_values.decode(type_, credentials)
    assert read.password == "p"
    assert jsonrpc_values.encode(type_, read) == credentials


def test_an_error() -> None:
    data = shared.BaseImageSpec(version="9.1")
    error = NotFound(Message("imagewright.draft.unknown", "There is no draft 7.", ("7",)), data=data)
    message = structure(
        std.LocalizableMessage,
        id="imagewright.draft.unknown",
        default_message="There is no draft 7.",
        args=["7"],
        params=UNSET,
        localized=UNSET,
    )

    assert json.loads(msgspec.json.encode(jsonrpc_values.encode_error(error))) == {
        "ERROR": {
            "com.vmware.vapi.std.errors.not_found": {
                "messages": [message],
                "data": {"OPTIONAL": structure(shared.BaseImageSpec, version="9.1")},
                "error_type": {"OPTIONAL": "NOT_FOUND"},
            }
        }
    }


def test_a_challenge_goes_with_unauthenticated() -> None:
    fields = jsonrpc_values.encode_error(Unauthenticated(challenge="Basic realm=x"))["ERROR"]

    assert fields["com.vmware.vapi.std.errors.unauthenticated"]["challenge"] == {"OPTIONAL": "Basic realm=x"}


def test_the_result_of_a_task_is_written_by_what_it_is() -> None:
    result = drafts.ValidateResult(notifications=shared.Notifications())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    text = std.LocalizableMessage(id="a", default_message="a", args=())
    info = cis_task.Info(
        progress=cis_task.Progress(total=100, completed=100, message=text),
        result=result,
        description=text,
        service=drafts.validate.service,
        operation=drafts.validate.operation_id,
        status=cis_task.Status.SUCCEEDED,
        cancelable=False,
        start_time=now,
        end_time=now,
    )
    type_ = StructureRef(cis_task.Info.canonical_name)
    document = jsonrpc_values.encode(type_, info)

    fields = document["STRUCTURE"][cis_task.Info.canonical_name]
    assert fields["result"] == jsonrpc_values.encode(Optional(StructureRef(result.canonical_name)), result)
    assert jsonrpc_values.decode(type_, json.loads(msgspec.json.encode(document))) == info
