"""What there is when a row begins: a draft of Alice, and specifications, made anew where rows change them."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

import httpx
import msgspec
from server_process import ADMINISTRATOR, ALICE, Account, ServerProcess
from three_transports import Transport, over
from wire_clients import basic, login

from imagewright.cli import sample_depot as sample
from imagewright.contract.services import depots, inventory, settings
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import depots_online as online
from imagewright.contract.services import depots_sync_schedule as sync_schedule
from imagewright.contract.services import depots_umds as umds
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_alternative_images as alternative_images

WRITER = Account("only-writes@example.test", "p")
"""May change specifications and not read them."""
HOST = "host-1"
IMAGE = "image-1"
ADD_ON = settings.AddOnSpec(name=sample.ALPHA, version=sample.ALPHA_NEW)
BASE = settings.BaseImageSpec(version=sample.BASE_8_0_3)
REMOVED = "VMware-vmkata"
HARDWARE = settings.HardwareSupportSpec(
    packages={sample.MANAGER: settings.HardwareSupportPackageSpec(pkg=sample.PACKAGE, version=sample.PACKAGE_VERSION)}
)
COMPONENTS = {sample.NET_DRIVER: sample.NET_DRIVER_GOOD, sample.NET_AGENT: None}
"""The version of the second is left to be chosen."""
BLADES = settings.ImageSelectionSpec(
    selection_type=settings.ImageSelectionSpecSelectionType.HOST_UUID, host_uuids=frozenset({"4c4c4544-0001"})
)
FULL = settings.SoftwareSpec(
    base_image=BASE,
    add_on=ADD_ON,
    components=COMPONENTS,
    hardware_support=HARDWARE,
    removed_components=frozenset({REMOVED}),
    alternative_images={
        IMAGE: settings.AlternativeImageSpec(
            base_image=BASE,
            add_on=ADD_ON,
            components=COMPONENTS,
            hardware_support=HARDWARE,
            removed_components=frozenset({REMOVED}),
            display_name="Blades",
            selection_criteria=BLADES,
        )
    },
)
"""A specification with everything that it can have, the same in both images."""
SINGLE = settings.SoftwareSpec(base_image=settings.BaseImageSpec(version=sample.BASE_9_1_0))
OTHER = settings.SoftwareSpec(base_image=BASE)
ASSIGNED = settings.SoftwareSpec(base_image=BASE, add_on=ADD_ON)
AGENT_USED = settings.SoftwareSpec(base_image=BASE, components={sample.SOLUTION_COMPONENT: sample.SOLUTION_VERSION})
SHARED_NAME, ASSIGNED_NAME, SINGLE_NAME, DRAFT_NAME = "Servers and blades", "In use", "Single", "In the making"
UNKNOWN = "no-such-id"
DEPOTS = (
    sample.BASE_8_0_3_FILE,
    sample.BASE_9_1_0_FILE,
    sample.ALPHA_FILE,
    sample.BETA_FILE,
    sample.HARDWARE_FILE,
    sample.DRIVERS_FILE,
)
SESSION_HEADER = "vmware-api-session-id"
EXPENDABLE = sample.SOLUTION_FILE
ONLINE_INDEX, SYSTEM_INDEX = "online/index.xml", "system/index.xml"
"""The indexes of two online depots, in the folder of the files; both offer what the expendable depot has."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Place(Enum):
    """Which draft Alice has, and which specification a row is about."""

    NO_DRAFT = auto()
    """No draft; the specification with everything."""
    FULL = auto()
    """A draft with everything, equal to the specification with everything."""
    EMPTY = auto()
    """A draft as it is created, with an alternative image as it is created."""
    COMMITTABLE = auto()
    """A draft without errors."""
    SINGLE = auto()
    """No draft; a specification without alternative images, which may be changed."""
    ASSIGNED = auto()
    """No draft; a specification that a host has."""
    EXPENDABLE_DEPOT = auto()
    """No draft; a depot that nothing refers to."""
    ONLINE = auto()
    """No draft; an online depot with its content."""
    ONLINE_IN_USE = auto()
    """An online depot, and a draft with a component that no other depot has."""
    SYSTEM = auto()
    """No draft; the system-defined depot with its content."""
    SYSTEM_IN_USE = auto()
    """The same with such a draft."""
    UMDS = auto()
    """No draft; the UMDS depot with its content."""
    UMDS_IN_USE = auto()
    """The same with such a draft."""


SYSTEM_PLACES = (Place.SYSTEM, Place.SYSTEM_IN_USE)


@dataclass(frozen=True)
class Given:
    """The ids of what there is; `files` is the URL of the folder that the server reads."""

    spec: str = UNKNOWN
    draft: str = UNKNOWN
    image: str = IMAGE
    depot: str = UNKNOWN
    online: str = UNKNOWN
    task: str = UNKNOWN
    files: str = "file:///no/such/folder"


class Site:
    """A server with the sample depots, and Alice, whose drafts and specifications the rows are about."""

    def __init__(self, server: ServerProcess, files: Path, http: httpx.Client, stack: ExitStack) -> None:
        """`files` is a folder that the server may read."""
        self.server = server
        self.files = files
        self.http = http
        self._stack = stack
        self._tokens: dict[Account, str] = {}
        self._transports: dict[tuple[str, Account | None], Transport] = {}
        self._commit = UNKNOWN
        self.alice = self.transport("REST", ALICE)
        self.administrator = self.transport("REST", ADMINISTRATOR)
        for name in DEPOTS:
            self._import(name)
        self.full = self._committed(SHARED_NAME, FULL)
        self.assigned = self._committed(ASSIGNED_NAME, ASSIGNED)
        self._assign()

    def token(self, account: Account) -> str:
        """The session of a user."""
        if account not in self._tokens:
            self._tokens[account] = login(self.http, account)
        return self._tokens[account]

    def transport(self, name: str, account: Account | None) -> Transport:
        """One of the three transports, as a user or as nobody."""
        key = name, account
        if key not in self._transports:
            token = self.token(account) if account else None
            self._transports[key] = over(name, self.server, self.http, token, self._stack)
        return self._transports[key]

    def given(self, place: Place) -> Given:
        """Makes the place, and takes away what an earlier row has left."""
        self._clear()
        always = Given(self.full, depot=self.depots()[DEPOTS[0]], task=self._commit, files=self.files.as_uri())
        match place:
            case Place.FULL:
                return replace(always, draft=self._draft(DRAFT_NAME, FULL))
            case Place.COMMITTABLE:
                return replace(always, draft=self._draft(DRAFT_NAME, OTHER))
            case Place.SINGLE:
                return replace(always, spec=self._committed(SINGLE_NAME, SINGLE))
            case Place.ASSIGNED:
                return replace(always, spec=self.assigned)
            case Place.EXPENDABLE_DEPOT:
                return replace(always, depot=self._import(EXPENDABLE))
            case Place.ONLINE | Place.ONLINE_IN_USE | Place.SYSTEM | Place.SYSTEM_IN_USE:
                depot = self._enabled_system_depot() if place in SYSTEM_PLACES else self._online_depot()
                self._synchronise()
                in_use = place in (Place.ONLINE_IN_USE, Place.SYSTEM_IN_USE)
                draft = self._draft(DRAFT_NAME, AGENT_USED) if in_use else UNKNOWN
                return replace(always, online=depot, draft=draft)
            case Place.UMDS | Place.UMDS_IN_USE:
                spec = umds.SetSpec(location=(self.files / ONLINE_INDEX).as_uri(), description="fetched")
                self.alice.result(umds.set_, {"spec": spec})
                self._synchronise()
                draft = self._draft(DRAFT_NAME, AGENT_USED) if place is Place.UMDS_IN_USE else UNKNOWN
                return replace(always, draft=draft)
            case Place.EMPTY:
                draft = self.alice.result(drafts.create, {"spec": drafts.CreateSpec()})
                spec = alternative_images.CreateSpec(display_name="Blades")
                image = self.alice.result(alternative_images.create, {"draft": draft, "spec": spec})
                return replace(always, draft=draft, image=image)
        return always

    def draft(self) -> drafts.Info:
        """The draft that Alice has now."""
        (found,) = self.drafts().values()
        return found

    def state(self, given: Given) -> str:
        """All drafts and specifications, with words for what is never the same twice."""
        online_depots = sorted(self.online_depots().values(), key=lambda depot: depot.location)
        seen = [self.drafts(), self._records(), sorted(self.depots()), self._schedule(), online_depots, self.umds()]
        text = json.dumps(msgspec.to_builtins(seen), sort_keys=True)
        for word, known in ("DRAFT", given.draft), ("SPEC", given.spec):
            text = text.replace(f'"{known}"', word)
        return re.sub(r'"(software-spec|draft)-\d+"|"\d+": ', "ID", _TIME.sub("TIME", text))

    def names(self) -> dict[str, str]:
        """The names in the library by id."""
        return {each.id: each.display_name for each in self._records()}

    def depots(self) -> dict[str, str]:
        """The ids of the depots by the name of their file."""
        found: dict[str, offline.Summary] = self.alice.result(offline.list_, {})
        return {each.description: depot for depot, each in found.items()}

    def online_depots(self) -> Mapping[str, online.Summary]:
        """The online depots by id."""
        found: dict[str, online.Summary] = self.alice.result(online.list_, {})
        return found

    def umds(self) -> umds.Info | None:
        """The UMDS depot, if there is one."""
        answer = self.http.get("/api/esx/settings/depots/umds", headers={SESSION_HEADER: self.token(ALICE)})
        return self.alice.result(umds.get, {}) if answer.status_code == 200 else None

    def drafts(self) -> Mapping[str, drafts.Info]:
        """All drafts by id."""
        found: dict[str, drafts.Info] = self.alice.result(drafts.list_, {})
        return found

    def _schedule(self) -> list[Any]:
        """The sync schedule, but for the hour, which may be a random one."""
        found: sync_schedule.Spec = self.alice.result(sync_schedule.get, {})
        return [found.enabled, found.schedule and msgspec.structs.replace(found.schedule, hour=None)]

    def _records(self) -> tuple[software.Record, ...]:
        found: software.ListResult = self.alice.result(software.list_, {})
        return found.records

    def _clear(self) -> None:
        for draft in self.drafts():
            self.alice.result(drafts.delete, {"draft": draft})
        for spec in self.names().keys() - {self.full, self.assigned}:
            self.alice.result(software.delete, {"software_spec": spec})
        never_set = sync_schedule.Spec(enabled=False, email_addresses=())
        self.alice.result(sync_schedule.set_, {"spec": never_set})
        if EXPENDABLE in (depots := self.depots()):
            self.administrator.result(offline.delete, {"depot": depots[EXPENDABLE]})
        if self.umds() is not None:
            self.administrator.result(umds.delete, {})
        for depot, each in self.online_depots().items():
            if not each.system_defined:
                self.administrator.result(online.delete, {"depot": depot})
            elif each.enabled:
                self.alice.result(online.update, {"depot": depot, "spec": online.UpdateSpec(enabled=False)})

    def _online_depot(self) -> str:
        spec = online.CreateSpec(location=(self.files / ONLINE_INDEX).as_uri(), description="ours")
        return str(self.alice.result(online.create, {"spec": spec}))

    def _enabled_system_depot(self) -> str:
        (depot,) = (depot for depot, each in self.online_depots().items() if each.system_defined)
        self.alice.result(online.update, {"depot": depot, "spec": online.UpdateSpec(enabled=True)})
        return depot

    def _synchronise(self) -> None:
        task = self.alice.result(depots.sync, {})
        assert self.alice.ended(depots.sync, task).refusal is None

    def _draft(self, name: str, content: settings.SoftwareSpec) -> str:
        spec = import_spec(name, content)
        return str(self.alice.result(drafts.import_software_spec, {"spec": spec}))

    def _committed(self, name: str, content: settings.SoftwareSpec) -> str:
        draft = self._draft(name, content)
        task = self.alice.result(drafts.commit, {"draft": draft, "spec": drafts.CommitSpec()})
        ended = self.alice.ended(drafts.commit, task)
        assert ended.refusal is None, ended
        if self._commit == UNKNOWN:
            self._commit = task
        return str(ended.result)

    def _import(self, name: str) -> str:
        location = (self.files / name).as_uri()
        spec = offline.CreateSpec(source_type=offline.SourceType.PULL, location=location, description=name)
        task = self.administrator.result(offline.create, {"spec": spec})
        ended = self.administrator.ended(offline.create, task)
        assert ended.refusal is None, ended
        return str(ended.result.depot)

    def _assign(self) -> None:
        answer = self.http.post(
            "/imagewright/v1/inventory/hosts",
            json={"id": HOST, "name": "edge"},
            headers={"Authorization": basic(ADMINISTRATOR)},
        )
        assert answer.status_code == 201, answer.text
        entities = inventory.EntitySpec(type=inventory.EntitySpecInventoryType.HOST, hosts=frozenset({HOST}))
        spec = inventory.AssignEntitiesSpec(software_spec_id=self.assigned, entities=entities)
        task = self.alice.result(inventory.assign_entities, {"input_spec": spec})
        assert self.alice.ended(inventory.assign_entities, task).refusal is None


def unpack_online_depots(files: Path) -> None:
    """Lays the expendable depot out as two online depots."""
    for index in ONLINE_INDEX, SYSTEM_INDEX:
        with zipfile.ZipFile(files / EXPENDABLE) as bundle:
            bundle.extractall((files / index).parent)


def import_spec(name: str, content: settings.SoftwareSpec, *, delete: bool | None = None) -> drafts.ImportSpec:
    """An import of this content from the call itself."""
    return drafts.ImportSpec(
        display_name=name,
        source_type=drafts.SourceType.JSON_STRING,
        software_spec=json.dumps(msgspec.to_builtins(content)),
        delete_existing_draft=delete,
    )
