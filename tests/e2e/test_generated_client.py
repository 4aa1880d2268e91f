"""A client that openapi-generator makes from the document that the server serves, against that server.

What is tried is the document: its operations must have names that can be called, its structures must be classes, and
these must read what the server sends.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from server_process import ALICE, BOB, Account, ServerProcess, surroundings
from wire_clients import connection, patiently

from imagewright.cli import sample_depot as sample

pytest.importorskip("openapi_generator_cli", reason="openapi-generator-cli cannot be installed here")
PACKAGE = "generated_client"
WITHOUT = "apiDocs=false,modelDocs=false,apiTests=false,modelTests=false"
SECONDS = 100


@pytest.fixture(scope="module")
def package(stocked_server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package of the client, generated from `/openapi.json`."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    with connection(stocked_server) as http:
        document.write_bytes(http.get("/openapi.json").content)
    words = [
        str(Path(sys.executable).with_name("openapi-generator-cli")), "generate", "--generator-name", "python",
        "--input-spec", str(document), "--output", str(folder / "out"), "--package-name", PACKAGE,
        "--global-property", f"apis,models,supportingFiles,{WITHOUT}",
    ]  # fmt: skip
    done = subprocess.run(words, cwd=folder, env=surroundings(), capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder / "out"))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder / "out"))


class Generated:
    """The generated client as a user, with one object for each service, as its readers use it."""

    def __init__(self, package: ModuleType, server: ServerProcess, account: Account) -> None:
        self.package = package
        settings = package.Configuration(host=server.url, username=account.name, password=account.password)
        settings.ssl_ca_cert = str(server.certificate)
        self.client = package.ApiClient(settings)
        token = package.CisSessionApi(self.client).cis_session_create()
        settings.username = settings.password = None
        settings.api_key["session"] = token
        repository = "EsxSettingsRepositorySoftware"
        self.tasks = package.CisTasksApi(self.client)
        self.software = self.api(f"{repository}Api")
        self.drafts = self.api(f"{repository}DraftsApi")
        self.base_image = self.api(f"{repository}DraftsBaseImageApi")
        self.components = self.api(f"{repository}DraftsComponentsApi")
        self.display_name = self.api(f"{repository}DraftsDisplayNameApi")

    def api(self, name: str) -> Any:
        """The operations of a service."""
        return getattr(self.package, name)(self.client)

    def new(self, name: str, **fields: Any) -> Any:
        """An object of a generated class."""
        return getattr(self.package, name)(**fields)

    def create_draft(self) -> str:
        """A draft of a new specification."""
        spec = self.new("EsxSettingsRepositorySoftwareDraftsCreateSpec")
        body = self.package.EsxSettingsRepositorySoftwareDraftsCreateOrImportSoftwareSpecRequest(spec)
        return str(
            self.drafts.esx_settings_repository_software_drafts_create_or_import_software_spec(
                esx_settings_repository_software_drafts_create_or_import_software_spec_request=body
            )
        )

    def on_draft(self, draft: str, action: str, spec: Any = None) -> Any:
        """What `validate` or `commit` is, as a task, when it has ended."""
        task = self.drafts.esx_settings_repository_software_drafts_commit_or_validate(
            draft, action, "true", esx_settings_repository_software_drafts_commit_spec=spec
        )
        for _ in patiently():
            info = self.tasks.cis_tasks_get(task)
            if info.status not in ("RUNNING", "PENDING"):
                return info
        raise AssertionError(f"the task {task} does not end: {info}")


@pytest.fixture
def alice(package: ModuleType, stocked_server: ServerProcess) -> Iterator[Generated]:
    client = Generated(package, stocked_server, ALICE)
    yield client
    client.client.rest_client.pool_manager.clear()


def test_it_creates_edits_validates_and_commits_a_draft(alice: Generated) -> None:
    draft = alice.create_draft()
    alice.display_name.esx_settings_repository_software_drafts_display_name_set(
        draft, alice.new("EsxSettingsRepositorySoftwareDraftsDisplayNameSetSpec", display_name="by a generated client")
    )
    alice.base_image.esx_settings_repository_software_drafts_base_image_set(
        draft, alice.new("EsxSettingsBaseImageSpec", version=sample.BASE_9_1_0)
    )
    alice.components.esx_settings_repository_software_drafts_components_set(
        draft, sample.NET_DRIVER, sample.NET_DRIVER_UNMET
    )
    refused = alice.on_draft(draft, "validate")
    assert refused.status == "SUCCEEDED"
    assert refused.result["notifications"]["errors"], refused.result

    change = alice.new(
        "EsxSettingsRepositorySoftwareDraftsComponentsUpdateSpec",
        components_to_set={sample.NET_DRIVER: sample.NET_DRIVER_GOOD},
    )
    alice.components.esx_settings_repository_software_drafts_components_update(draft, change)
    details = alice.components.esx_settings_repository_software_drafts_components_get(draft, sample.NET_DRIVER)
    assert details.version == sample.NET_DRIVER_GOOD
    assert "errors" not in alice.on_draft(draft, "validate").result["notifications"]
    info = alice.drafts.esx_settings_repository_software_drafts_get(draft)
    assert info.metadata.owner == ALICE.name
    assert info.software_info.base_image.version == sample.BASE_9_1_0

    committed = alice.on_draft(
        draft, "commit", alice.new("EsxSettingsRepositorySoftwareDraftsCommitSpec", message="as generated")
    )
    assert (committed.status, committed.error) == ("SUCCEEDED", None)
    spec = alice.software.esx_settings_repository_software_get(committed.result)
    assert spec.display_name == "by a generated client"
    assert spec.software_info.components[sample.NET_DRIVER].version == sample.NET_DRIVER_GOOD


def test_it_reads_errors_as_objects(alice: Generated) -> None:
    with pytest.raises(alice.package.exceptions.NotFoundException) as refused:
        alice.drafts.esx_settings_repository_software_drafts_get("no-such-draft")

    assert refused.value.status == 404
    assert refused.value.data.error_type == "NOT_FOUND"
    assert "no-such-draft" in refused.value.data.messages[0].default_message


def test_lists_and_filters_are_typed(alice: Generated, package: ModuleType, stocked_server: ServerProcess) -> None:
    names = [sample.NET_AGENT, sample.NET_DRIVER]
    components = alice.api("EsxSettingsDepotContentComponentsApi").esx_settings_depot_content_components_list(
        names=names
    )
    assert sorted(each.name for each in components) == names

    mine = alice.create_draft()
    bob = Generated(package, stocked_server, BOB)
    other = bob.create_draft()
    for owners, expected in (([ALICE.name], {mine}), ([ALICE.name, BOB.name], {mine, other})):
        found = alice.drafts.esx_settings_repository_software_drafts_list(owners=owners)
        assert set(found) == expected
        assert all(each.metadata.owner in owners for each in found.values())
    for user, draft in ((alice, mine), (bob, other)):
        user.drafts.esx_settings_repository_software_drafts_delete(draft)
    bob.client.rest_client.pool_manager.clear()
