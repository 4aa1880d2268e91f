"""`imagewright depot build` and back again: what was described is inspected, imported and offered as described."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from official_sdk import BaseImages, DepotComponents, configuration, ended, logged_in
from official_sdk import Offline as OfflineDepots
from server_process import ALICE, ServerProcess, allowing, run_command, serving
from signers import signer
from wire_clients import Rest, rest_session

PAGE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text("utf-8")
CONTENT = "/esx/settings/depot-content"
NET = ("Example-Net", "2.0.1.0-1OEM.800.1.0.20613240")
PASSPHRASE = "open sesame"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the example in the documentation, with something in each of its files."""
    root = tmp_path_factory.mktemp("authoring")
    listed, description = (re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[1] for kind in ("text", "toml"))  # type: ignore[index]
    for line in listed.split():
        path = root / line
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {line}.\n", "utf-8")
    folder = root / "example"
    (folder / "depot.toml").write_text(description, "utf-8")
    (folder / "agent/opt/example/bin/agent.sh").chmod(0o755)
    (folder / "kernel.gz").write_bytes(gzip.compress(b"a kernel", mtime=0))
    (folder / "third-party/community-tool.vib").write_bytes(community_tool(root))
    root_signer = signer("Example Root", authority=True)
    own = signer("Example VIB Signing", issuer=root_signer)
    locked = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode()))
    (folder / "signing/key.pem").write_bytes(locked)
    (folder / "signing/certificates.pem").write_bytes(own.pem)
    (root / "root.pem").write_bytes(root_signer.pem)
    return folder


def community_tool(root: Path) -> bytes:
    """A VIB as somebody else made it: with `-o FILE.vib`."""
    folder = root / "community"
    (folder / "tool/opt").mkdir(parents=True)
    (folder / "tool/opt/tool").write_text("tool", "utf-8")
    (folder / "depot.toml").write_text(
        """
        [depot]
        vendor = "Community"
        code = "COM"
        date = 2025-01-01T00:00:00Z
        [[vib]]
        name = "community-tool"
        version = "1.0-1"
        content = "tool"
        """,
        "utf-8",
    )
    done = run_command("depot", "build", "community", "-o", "tool.vib", folder=root)
    assert (done.returncode, done.stdout) == (0, "VIB COM_bootbank_community-tool_1.0-1\n"), done.stderr
    return (root / "tool.vib").read_bytes()


def build(folder: Path, output: str, code: int = 0) -> Path:
    done = run_command(
        "depot", "build", folder.name, "-o", output, folder=folder.parent, IMAGEWRIGHT_SIGNING_PASSPHRASE=PASSPHRASE
    )
    assert done.returncode == code, done.stderr
    return folder.parent / output


@pytest.fixture(scope="module")
def bundle(example: Path) -> Path:
    """The bundle of the example."""
    return build(example, "example-bundle.zip")


@pytest.fixture(scope="module")
def inspected(bundle: Path) -> Any:
    """What the inspection says of it, with its root trusted."""
    done = run_command("depot", "inspect", bundle.name, "--json", "--trusted-signers", "root.pem", folder=bundle.parent)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["not_understood"], document["inferred"], document["problems"]) == ([], [], [])
    return document["bundles"][0]


@pytest.fixture(scope="module")
def server(bundle: Path, users_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server to which the bundle has come, through the official SDK."""
    data = Path(shutil.copytree(users_data, tmp_path_factory.mktemp("built") / "data"))
    with serving(data, settings=allowing(bundle.parent)) as running, logged_in(running, ALICE) as client:
        offline = OfflineDepots(configuration(client))
        spec = OfflineDepots.CreateSpec(source_type="PULL", location=bundle.as_uri(), description="built")
        info = ended(offline.create_task(spec))
        assert (info.status, info.error) == ("SUCCEEDED", None)
        yield running


@pytest.fixture
def rest(server: ServerProcess) -> Iterator[Rest]:
    with rest_session(server, ALICE) as session:
        yield session


def test_the_same_folder_gives_the_same_bytes(example: Path, bundle: Path) -> None:
    again = shutil.copytree(example, example.parent / "elsewhere" / "example")
    for path in again.rglob("*"):
        path.touch()

    assert build(again, "other.zip").read_bytes() == bundle.read_bytes()


def test_vibs_are_as_described(inspected: Any) -> None:
    vibs = {vib["name"]: vib for vib in inspected["vibs"]}
    agent, net = vibs["example-agent"], vibs["example-net"]

    assert agent["id"] == "EXA_bootbank_example-agent_1.2.0-1"
    assert agent["depends"] == ["esx-version >= 8.0.0", "example-net"]
    assert agent["files"] == ["etc/init.d/example-agent", "opt/example/bin/agent.sh"]
    assert agent["urls"] == {"manual": "https://example.com/agent"}
    assert (agent["maintenance_mode_on_install"], agent["maintenance_mode_on_remove"]) == (False, False)
    assert (agent["live_install_allowed"], agent["acceptance_level"]) == (True, "community")
    assert [(each["name"], each["kind"]) for each in agent["payloads"]] == [("examplea", "tgz")]
    assert (net["acceptance_level"], net["hardware"]) == (
        "partner", [{"vendor": "Example Systems", "model": "E-100"}],
    )  # fmt: skip
    assert net["tags"] == ["driver", "module", "PCIID 1aaa0001", "PCIID 1aaa0002"]
    assert (net["conflicts"], net["replaces"]) == (["other-net << 3.0"], ["old-example-net"])
    assert net["provides"] == ["com.example.netapi = 2.0"]
    assert (net["maintenance_mode_on_install"], net["maintenance_mode_on_remove"]) == (True, False)
    base = vibs["example-base"]
    assert (base["vendor"], base["files"]) == ("EXB", ["bin/example"])
    assert base["release_date"] == "2026-10-15T00:00:00+00:00"
    assert vibs["community-tool"]["id"] == "COM_bootbank_community-tool_1.0-1"


def test_signatures_are_verified_by_the_reader(inspected: Any) -> None:
    found = {vib["name"]: vib["signature"] for vib in inspected["vibs"]}

    signed = {"result": "valid", "signer": "Example VIB Signing", "detail": ""}
    assert found == {
        "example-agent": signed,
        "example-net": signed,
        "example-base": signed,
        "community-tool": {"result": "unsigned", "signer": "", "detail": ""},
    }


def test_images_are_as_described(inspected: Any) -> None:
    (base,), (add_on,) = inspected["base_images"], inspected["add_ons"]
    (hardware,), (solution,) = inspected["hardware_support"], inspected["solutions"]

    net, agent = {"name": NET[0], "version": NET[1]}, {"name": "Example-Agent", "version": "1.2.0-1"}
    assert base["version"] == "8.0.9-0.0.99000001"
    assert base["components"] == [{"name": "ESXi", "version": "8.0.9-0.99000001"}, net]
    assert base["quick_patch_compatible_versions"] == {"8.0.8-0.0.99000000": "8.0.8 - 99000000"}
    assert (add_on["name"], add_on["version"]) == ("Example-AddOn", "809.0.0.1-2")
    assert (add_on["components"], add_on["removed_components"]) == ([agent], ["Some-Driver"])
    assert add_on["supported_base_images"] == ["8.0.9"]
    assert (hardware["manager"], hardware["package"]) == ("com.example.manager", "Example Servers")
    assert (hardware["components"], hardware["supported_releases"]) == ([net], ["8.0.9"])
    assert (solution["name"], solution["components"]) == ("com.example.agent", [agent])
    plain = next(each for each in inspected["bulletins"] if each["id"] == "EXA-2026-001")
    assert len(plain["vibs"]) == 2


def test_the_sdk_is_offered_what_was_described(server: ServerProcess) -> None:
    with logged_in(server, ALICE) as client:
        sdk = configuration(client)
        (base,) = BaseImages(sdk).list()
        (net,) = DepotComponents(sdk).list(DepotComponents.FilterSpec(names={NET[0]}))

    assert (base.version, base.display_version) == ("8.0.9-0.0.99000001", "8.0.9 - 99000001")
    assert [each.version for each in net.versions] == [NET[1]]


def test_content_lists_give_what_was_described(rest: Rest) -> None:
    components = rest.result("GET", f"{CONTENT}/components", 200)
    add_on = rest.result("GET", f"{CONTENT}/add-ons/Example-AddOn/versions/809.0.0.1-2", 200)
    net = rest.result("GET", f"{CONTENT}/components/{NET[0]}/versions/{NET[1]}", 200)

    assert {(each["name"], each["versions"][0]["version"]) for each in components} >= {
        ("Example-Agent", "1.2.0-1"), NET, ("Community-Tool", "1.0"),
    }  # fmt: skip
    assert [(each["name"], each["version"]) for each in add_on["components"]] == [("Example-Agent", "1.2.0-1")]
    assert [each["name"] for each in add_on["removed_components"]] == ["Some-Driver"]
    assert (net["summary"], net["category"], net["urgency"]) == (
        "Network driver for the E-100", "BUGFIX", "CRITICAL",
    )  # fmt: skip


def test_an_image_of_it_is_without_errors(rest: Rest, tmp_path: Path, bundle: Path) -> None:
    spec = {
        "base_image": {"version": "8.0.9-0.0.99000001"},
        "add_on": {"name": "Example-AddOn", "version": "809.0.0.1-2"},
    }
    (tmp_path / "spec.json").write_text(json.dumps(spec), "utf-8")

    done = run_command("check", "spec.json", "--depot", str(bundle), folder=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


# --- refusals --------------------------------------------------------------------------------------------------------

GOOD = """[depot]
vendor = "Example"
code = "EXA"
date = 2026-11-01

[[vib]]
name = "agent"
version = "1.0-1"
content = "files"

[[component]]
name = "Agent"
version = "1.0"
vibs = ["agent"]
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[depot]", "[depot", "depot.toml: is not TOML: .*line 1.*; correct it there"),
        ('code = "EXA"\n', "", "depot.toml line 1 (depot): is not right: .*missing required field 'code'"),
        ('"EXA"', '"EXAMPLE"', "depot.toml line 3 (depot, code): is 'EXAMPLE'; it must be 3 letters or digits"),
        ("content =", "contents =", "depot.toml line 9 (vib 1, contents): has the key 'contents', which is not known"),
        ('"agent"\nv', '"my agent"\nv', "depot.toml line 7 (vib 1, name): is 'my agent'; it must be letters"),
        ('"1.0-1"', '"1.0"', "depot.toml line 8 (vib 1, version): is '1.0'; it must be VERSION-RELEASE"),
        ('"files"', '"gone"', "work/gone: is not there, though the description names it"),
        ('"files"', '"../files"', "line 9 (vib 1, content): names the file '../files', which lies outside"),
        ('"files"', '"empty"', "work/empty: is no folder with files in it"),
        ('"files"', '"linked"', "work/linked/passwd: is a link"),
        ('content = "files"', "", "depot.toml line 6 (vib 1): has nothing in it; give a folder"),
        ('content = "files"', 'content = "files"\ntags = "x"', "line 10 (vib 1, tags): is not right: expected 'array'"),
        ('content = "files"', 'file = "x.vib"', "line 7 (vib 1, name): cannot be changed: with 'file'"),
        ('content = "files"', 'content = "files"\ndepends = ["a > 1"]', "(vib 1, depends): has 'a > 1'; write a name"),
        (
            'content = "files"', 'content = "files"\nacceptance_level = "gold"',
            "line 10 (vib 1, acceptance_level): is 'gold'; it must be one of certified, accepted, partner, community",
        ),
        ('["agent"]', '["other"]', "line 14 (component 1, vibs): names no VIB .* 'other'; there are: agent 1.0-1"),
        ('vibs = ["agent"]', "vibs = []", "line 14 (component 1, vibs): is empty; name at least one VIB"),
        (
            "[[component]]", '[[base_image]]\nversion = "1.0.0"\ncomponents = ["X"]\n[[component]]',
            "line 13 (base_image 1, components): names no component .* by 'X'; there are: Agent 1.0",
        ),
        (
            "[[component]]", '[signing]\nkey = "k.pem"\ncertificates = "k.pem"\n[[component]]',
            "k.pem: is no private key",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_where_it_stands(old: str, new: str, said: str, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    for name in ("files", "empty", "linked"):
        (folder / name).mkdir(parents=True)
    (folder / "files/x").write_text("x", "utf-8")
    (folder / "linked/passwd").symlink_to("/etc/passwd")
    (folder / "k.pem").write_text("no key", "utf-8")
    assert old in GOOD
    (folder / "depot.toml").write_text(GOOD.replace(old, new, 1), "utf-8")

    done = run_command("depot", "build", "work", "-o", "out.zip", folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    pattern = ".*".join(re.escape(part) for part in said.split(".*"))
    assert re.search(pattern, done.stderr), done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["work"]


def test_it_is_told_what_was_made(example: Path) -> None:
    words = ("depot", "build", "example", "-o", "told.zip")
    told = run_command(*words, folder=example.parent, IMAGEWRIGHT_SIGNING_PASSPHRASE=PASSPHRASE).stdout
    document = json.loads(
        run_command(*words, "--json", folder=example.parent, IMAGEWRIGHT_SIGNING_PASSPHRASE=PASSPHRASE).stdout
    )

    assert f"component {NET[0]} {NET[1]}\n" in told
    assert "bulletin EXA-2026-001\n" in told
    assert document["file"] == "told.zip"
    assert {"kind": "component", "identity": list(NET)} in document["content"]
    assert {"kind": "base image", "identity": ["8.0.9-0.0.99000001"]} in document["content"]
    assert len(document["content"]) == len(told.splitlines()) == 13


def test_one_vib_alone_is_one_vib(example: Path) -> None:
    build(example, "several.vib", code=2)
    assert not (example.parent / "several.vib").exists()


@pytest.mark.parametrize(
    ("written", "meant"), [("2026-11-01", 0), ("2026-11-01T08:00:00", 8), ("2026-11-01T08:00:00+02:00", 6)]
)
def test_dates_without_a_zone_are_utc(written: str, meant: int, tmp_path: Path) -> None:
    (tmp_path / "work/files").mkdir(parents=True)
    (tmp_path / "work/files/x").write_text("x", "utf-8")
    (tmp_path / "work/depot.toml").write_text(GOOD.replace("2026-11-01", written), "utf-8")

    done = run_command("depot", "inspect", str(build(tmp_path / "work", "x.zip")), "--json", folder=tmp_path)

    (vib,) = json.loads(done.stdout)["bundles"][0]["vibs"]
    assert datetime.fromisoformat(vib["release_date"]) == datetime(2026, 11, 1, meant, tzinfo=UTC)
