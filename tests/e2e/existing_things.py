"""What is there on a server, for requests that are made up: without it nearly all of them would end at "not found".

A made-up request says which of the existing things it means with a number, and what that is is looked up when it is
sent; so it stays the same request however often drafts come and go. What is used up, like a draft that was committed,
is made again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from wire_clients import DRAFTS, DRAFTS_SERVICE, OFFLINE, SOFTWARE, Rest

from imagewright.cli import sample_depot as sample

IMAGE = {
    "base_image": {"version": sample.BASE_9_1_0},
    "add_on": {"name": sample.BETA, "version": sample.BETA_VERSION},
    "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD},
}
HARDWARE = {sample.MANAGER: {"pkg": sample.PACKAGE, "version": sample.PACKAGE_VERSION}}
REMOVED = "Broadcom-lsi-mr3"
COMPONENTS = (REMOVED, sample.NET_DRIVER, sample.NET_AGENT, sample.STORAGE_DRIVER, "Intel-icen", "Not-There")
IMPORT = {"action": "import-software-spec"}
COMMIT = {"action": "commit", "vmw-task": "true"}
ONLINE = "/esx/settings/depots/online"
THE_OTHER = "the-other"
OTHER_IMAGE = {
    "display_name": "the other",
    "base_image": IMAGE["base_image"],
    "selection_criteria": {"selection_type": "HOST_HARDWARE_SPEC", "host_hardware_spec": {"vendor": "Sample"}},
    "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD},
}
NAMED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "/add-ons/": {"name": [sample.BETA], "version": [sample.BETA_VERSION]},
    "/base-images/": {"version": [sample.BASE_9_1_0, sample.BASE_8_0_3]},
    "/components/{name}/": {"name": [sample.NET_DRIVER], "version": [sample.NET_DRIVER_GOOD]},
    "/hardware-support/": {"version": [sample.PACKAGE_VERSION], "base_image_version": [sample.BASE_9_1_0]},
    "": {
        "component": COMPONENTS, "manager": [sample.MANAGER], "pkg": [sample.PACKAGE], "version": ["1"],
        "part": ["software-spec", "default-image"], "cluster": ["fuzz-cluster"], "host": ["fuzz-host"],
        "names": COMPONENTS, "services": [DRAFTS_SERVICE], "min_version": ["8.0.3"],
    },
}  # fmt: skip
"""Values of parameters by a part of the path; what depends on the state of the server is not here."""


BODIES: Sequence[tuple[str, Any]] = (
    ("/base-image", {"version": sample.BASE_9_1_0}),
    ("/base-image", {"version": sample.BASE_8_0_3}),
    ("/add-on", IMAGE["add_on"]),
    ("/hardware-support", {"packages": HARDWARE}),
    ("/components", {"components_to_set": IMAGE["components"], "components_to_delete": [sample.NET_AGENT]}),
    ("/components", {"components_to_set": {sample.STORAGE_DRIVER: None, "Not-There": "1"}}),
    ("/components/{component}", sample.NET_DRIVER_GOOD),
    ("/display-name", {"display_name": "made up"}),
    ("/alternative-images", {"display_name": "made up"}),
    ("/selection-criteria", {"selection_type": "HOST_UUID", "host_uuids": ["4c4c4544-0046-4d10-8032-b4c04f4a3332"]}),
    ("/selection-criteria", {"selection_type": "HOST_HARDWARE_SPEC", "host_hardware_spec": {"vendor": "Sample"}}),
    ("POST /api/esx/settings/repository/software", {"display_name": "made up", "software_spec": IMAGE}),
    ("POST /api/esx/settings/repository/software/{software_spec}", {"delete_existing_draft": True}),
    ("POST /api/esx/settings/repository/software/{software_spec}", {
        "export_software_spec": True, "export_iso_image": False, "export_offline_bundle": False,
        "export_only_default_image": True,
    }),
    ("PATCH /api/esx/settings/repository/software/{software_spec}", {"display_name": "made up"}),
    ("POST /api/esx/settings/repository/software/drafts", {"delete_existing_draft": True}),
    ("POST /api/esx/settings/repository/software/drafts/{draft}", {"message": "made up"}),
    ("/cis/tasks", {"filter_spec": {"services": [DRAFTS_SERVICE]}}),
    ("/depots/sync-schedule", {"enabled": False, "email_addresses": []}),
    ("/depots/umds", {"description": "made up"}),
    ("POST /imagewright/v1/depots/{depot}/base-images", {
        "version": "5.0", "components": {sample.NET_DRIVER: sample.NET_DRIVER_GOOD}, "vibs": None,
    }),
    ("/inventory", {"type": "HOST", "hosts": ["fuzz-host"]}),
    ("/inventory", {"type": "CLUSTER", "clusters": ["fuzz-cluster"]}),
)  # fmt: skip
"""Bodies that operations take, by the end of method and path."""
TAKEN_IN = (
    ("POST /api/esx/settings/depots/offline", {}),
    ("POST /api/esx/settings/repository/software/drafts", {"display_name": "in", "delete_existing_draft": True}),
)


LOCATED = ("PUT /api/esx/settings/depots/umds", "POST /api/esx/settings/depots/online")
"""They take the location of an index, which is not read before a sync."""


class ExistingThings:
    """The drafts, specifications, tasks and depots that a user can name at the moment."""

    def __init__(self, rest: Rest, other: Rest, librarian: Rest, folder: Path) -> None:
        """`rest` is the user, `other` somebody with a draft, and `librarian` commits what the user finds."""
        self._rest = rest
        self._librarian = librarian
        self._numbers = count()
        self._folder = folder
        self._draft = ""
        other_draft = str(other.result("POST", DRAFTS, 201, json={}))
        self._look: Mapping[str, Callable[[], Sequence[str]]] = {
            "draft": lambda: [self.draft(), other_draft],
            "software_spec": self.specs,
            "image": self.images,
            "task": self.tasks,
            "tasks": self.tasks,
            "depot": lambda: list(rest.result("GET", OFFLINE, 200)),
            "online depot": self.online_depots,
            "from": lambda: [self.specs()[0], self.draft()],
            "to": lambda: [self.draft(), f"{self.specs()[0]}@1"],
            "software_spec_ids": self.specs,
        }

    def knows(self, path: str, parameter: str) -> bool:
        """Whether there are values for this parameter of this path."""
        return parameter in self._look or any(part in path and parameter in named for part, named in NAMED.items())

    def value(self, path: str, parameter: str, number: int) -> str:
        """A value of the parameter. Equal numbers mean the same thing as long as it is there."""
        fixed = [named[parameter] for part, named in NAMED.items() if part in path and parameter in named]
        if parameter == "draft" and number % 3:
            return self.draft(full=True)
        if parameter == "image" and "{software_spec}" in path:
            return THE_OTHER
        if parameter == "depot" and "/online/" in path:
            parameter = "online depot"
        values = fixed[0] if fixed else self._look[parameter]()
        return values[number % len(values)]

    def draft(self, *, full: bool = False) -> str:
        """A draft of the user, with everything in it that can be set if it is new or that is wanted."""
        if not (self._draft and self._rest.request("GET", f"{DRAFTS}/{self._draft}").is_success):
            self._draft, full = str(self._rest.result("POST", DRAFTS, 201, json={"delete_existing_draft": True})), True
        if full:
            self._fill(self._draft)
        return self._draft

    def images(self) -> list[str]:
        """The alternative images of that draft, of which there is always one."""
        path = f"{DRAFTS}/{self.draft()}/alternative-images"
        while not (found := self._rest.result("GET", path, 200)["alternative_images"]):
            self._rest.result("POST", path, 201, json={"display_name": "the other"})
        return list(found)

    def online_depots(self) -> list[str]:
        """The online depots, of which there is always one."""
        while not (found := self._rest.result("GET", ONLINE, 200)):
            self._rest.result("POST", ONLINE, 201, json={"location": (self._folder / "index.xml").as_uri()})
        return list(found)

    def specs(self) -> list[str]:
        """The newest specifications of the library, of which there are always two: one is assigned and one is not."""
        while len(found := self._rest.result("GET", SOFTWARE, 200)["records"]) < 2:
            # No two specifications of a library have one name or one content.
            number = next(self._numbers)
            spec = {**dict([*IMAGE.items()][: 1 + number % 3]), "alternative_images": {THE_OTHER: OTHER_IMAGE}}
            body = dict(TAKEN_IN[1][1], display_name=f"found {number}", software_spec=json.dumps(spec))
            body["source_type"] = "JSON_STRING"
            draft = self._librarian.result("POST", DRAFTS, 200, params=IMPORT, json=body)
            self._librarian.task("POST", f"{DRAFTS}/{draft}", params=COMMIT)
        return [each["id"] for each in found][-2:]

    def tasks(self) -> list[str]:
        """The newest tasks of the user, of which there is always one."""
        filtered = {"services": DRAFTS_SERVICE}
        if not (found := self._rest.result("GET", "/cis/tasks", 200, params=filtered)):
            self._rest.task("POST", f"{DRAFTS}/{self.draft()}", params=COMMIT | {"action": "validate"})
            found = self._rest.result("GET", "/cis/tasks", 200, params=filtered)
        return list(found)[-3:]

    def body(self, label: str, number: int) -> Any:
        """A body that this operation takes, like "PUT /path"; None where none is known."""
        if label in LOCATED:
            return {"location": (self._folder / f"{number}.xml").as_uri()}
        text = json.dumps(IMAGE)
        by_location = {"source_type": "PULL", "location": (self._folder / sample.DRIVERS_FILE).as_uri()}
        known = [
            *(body for end, body in BODIES if label.endswith(end)),
            *(body | by_location for end, body in TAKEN_IN if label.endswith(end)),
            *(
                body | {"source_type": "JSON_STRING", "software_spec": text}
                for end, body in TAKEN_IN[1:]
                if label.endswith(end)
            ),
        ]
        if label.endswith("/settings/inventory"):
            known = [{"software_spec_id": self.specs()[0], "entities": each} for each in known]
        return known[number % len(known)] if known else None

    def _fill(self, draft: str) -> None:
        path = f"{DRAFTS}/{draft}"
        self._rest.result("PUT", f"{path}/display-name", 204, json={"display_name": "made up"})
        self._rest.result("PUT", f"{path}/base-image", 204, json=IMAGE["base_image"])
        other = f"{path}/alternative-images/{self.images()[0]}"
        for part in (path, other):
            self._rest.result("PUT", f"{part}/add-on", 204, json=IMAGE["add_on"])
            self._rest.result("PUT", f"{part}/hardware-support", 204, json={"packages": HARDWARE})
            self._rest.result("PATCH", f"{part}/components", 204, json={"components_to_set": IMAGE["components"]})
            self._rest.result("PUT", f"{part}/removed-components/{REMOVED}", 204)
        spec = {"selection_type": "HOST_HARDWARE_SPEC", "host_hardware_spec": {"vendor": "Sample", "models": ["S-1"]}}
        self._rest.result("PUT", f"{other}/selection-criteria", 204, json=spec)
