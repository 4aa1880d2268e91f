"""Starting the server: the first time, again, with the settings of every source, and with settings that do not go."""

from __future__ import annotations

import json
import re
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

import httpx
import pytest
from cryptography import x509
from official_sdk import Drafts, configuration, logged_in
from server_process import (
    ADMINISTRATOR,
    ALICE,
    ROLES,
    Account,
    ServerProcess,
    add_user,
    run_command,
    serving,
)
from wire_clients import DRAFTS, Rest, basic, connection, login, rest_session

as_users_start_it = pytest.mark.usefixtures("started_cold")

PRIVILEGE = "VcIntegrity.lifecycleSoftwareSpecification.Read"


@as_users_start_it
def test_the_first_start_makes_everything(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there yet"
    data.parent.mkdir()
    with serving(data) as server, rest_session(server, ADMINISTRATOR) as administrator:
        assert administrator.result("GET", "/session", 200)["user"] == "administrator@vsphere.local"
        assert server.output.seen == [f"listening on {server.url}", "ready"], "a given password is not repeated"
        for private in (data, data / "imagewright.db", data / "tls" / "key.pem", data / "blobs"):
            assert stat.S_IMODE(private.stat().st_mode) & 0o077 == 0, f"{private} is for its owner only"


@as_users_start_it
def test_an_invented_password_is_printed_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    no_password = {"IMAGEWRIGHT_ADMIN_PASSWORD": ""}
    with serving(data, settings=no_password) as server:
        assert server.output.first(r"It is not shown again\.")
        found = server.output.first(r"^The user administrator@vsphere\.local has the password (\S{12,})$")
        assert found
        password = found[1]
        with connection(server) as http:
            token = login(http, Account(ADMINISTRATOR.name, password))
            assert Rest(http, token).result("GET", DRAFTS, 200) == {}
        assert not any(password in line for line in server.log.seen)
    with serving(data, settings=no_password) as server:
        assert server.output.seen == [f"listening on {server.url}", "ready"]
        with connection(server) as http:
            assert login(http, Account(ADMINISTRATOR.name, password))


def test_state_survives_a_restart(fresh_users: Path) -> None:
    """Users, sessions, drafts and the certificate; a changed admin password variable changes nobody's password."""
    with serving(fresh_users) as server, connection(server) as http:
        token = login(http, ALICE)
        draft = Rest(http, token).result("POST", DRAFTS, 201)
        before = Rest(http, token).result("GET", f"{DRAFTS}/{draft}", 200)
        certificate = server.certificate.read_bytes()
        assert server.stop() == 0
    with serving(fresh_users, settings={"IMAGEWRIGHT_ADMIN_PASSWORD": "another"}) as server, connection(server) as http:
        assert server.certificate.read_bytes() == certificate
        assert Rest(http, token).result("GET", f"{DRAFTS}/{draft}", 200) == before
        assert login(http, ADMINISTRATOR)
        Rest(http).refused(
            "POST", "/session", 401, "UNAUTHENTICATED",
            headers={"Authorization": basic(Account(ADMINISTRATOR.name, "another"))},
        )  # fmt: skip


@as_users_start_it
def test_from_the_start_to_the_first_answer(
    fresh_stock: Path, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Less than a second on a quiet machine with two cores; here only what no machine should need."""
    with serving(fresh_stock):
        pass
    # The best of three, because a test shares its machine with others.
    seconds = min(_seconds_to_first_answer(fresh_stock) for _ in range(3))
    record_property("seconds_from_start_to_first_answer", round(seconds, 3))
    with capsys.disabled():
        print(f"\n[from the start to the first answer: {seconds:.2f} s]")
    assert seconds < 5


def _seconds_to_first_answer(data: Path) -> float:
    before = monotonic()
    with serving(data) as server, connection(server) as http:
        assert http.get("/api/session", headers={"Authorization": basic(ALICE)}).status_code == 401
        return monotonic() - before


def test_the_certificate_is_for_the_names_of_this_machine(server: ServerProcess) -> None:
    found = x509.load_pem_x509_certificate(server.certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {ip_address("127.0.0.1"), ip_address("::1")} <= set(names.get_values_for_type(x509.IPAddress))
    assert {"localhost", socket.gethostname()} <= set(names.get_values_for_type(x509.DNSName))
    with connection(server) as http:
        port = server.host.rpartition(":")[2]
        assert http.get(f"https://localhost:{port}/api/session").status_code == 401


def test_clients_that_do_not_trust_the_certificate_get_nowhere(server: ServerProcess) -> None:
    with (
        httpx.Client(trust_env=False) as stranger,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        stranger.get(f"{server.url}/api/session")


def test_the_address_to_listen_on_is_in_the_certificate(tmp_path: Path) -> None:
    """Also one of the loopback addresses that nobody else uses."""
    data = tmp_path / "data"
    server = ServerProcess(data, ["--listen", "127.0.0.3:0"])
    try:
        assert server.output.first("^ready$")
        found = x509.load_pem_x509_certificate((data / "tls" / "cert.pem").read_bytes())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert ip_address("127.0.0.3") in names.get_values_for_type(x509.IPAddress)
    finally:
        server.stop()


def test_an_own_certificate(fresh_users: Path, server: ServerProcess, tmp_path: Path) -> None:
    cert, key = tmp_path / "own.pem", tmp_path / "own.key"
    cert.write_bytes(server.certificate.read_bytes())
    key.write_bytes(server.certificate.with_name("key.pem").read_bytes())
    own = ServerProcess(fresh_users, ["--cert", str(cert), "--key", str(key)])
    try:
        own.ready()
        assert not own.certificate.exists(), "none is made when there is one"
        with connection(server) as http:
            assert http.get(f"{own.url}/api/session").status_code == 401
    finally:
        own.stop()


def test_without_tls_on_loopback_only(fresh_users: Path) -> None:
    with serving(fresh_users, ["--no-tls"]) as server, connection(server) as http:
        assert server.url.startswith("http://127.0.0.1:")
        assert Rest(http, login(http, ALICE)).result("GET", DRAFTS, 200) == {}
        assert not server.certificate.exists()
    for listen in ("0.0.0.0:0", "192.0.2.1:8443", "[::]:0", "example.test:80"):
        refused = run_command("serve", "--data", str(fresh_users), "--listen", listen, "--no-tls", folder=fresh_users)
        assert refused.returncode == 2
        assert listen in refused.stderr
        assert "loopback" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_settings_come_from_options_before_environment_before_file(fresh_users: Path) -> None:
    """Seen at the length of sessions and at the address: each source overrides the ones after it."""
    folder = fresh_users.parent
    (folder / "imagewright.toml").write_text(
        'listen = "127.0.0.1:1"\nsession_idle = 0.000001\npublic_url = "https://from-the-file.test"\ntls = false\n'
    )
    with serving(fresh_users, settings={"IMAGEWRIGHT_SESSION_IDLE": "600", "IMAGEWRIGHT_TLS": "true"}) as server:
        # The option of the command line (a free port) won over the file's port, the environment over the file's idle
        # time and TLS, and the file over the default.
        assert server.url.startswith("https://127.0.0.1:")
        with logged_in(server, ALICE) as client:
            assert Drafts(configuration(client)).list() == {}
    with serving(fresh_users) as server, connection(server) as http:
        assert server.url.startswith("http://")
        rest = Rest(http, login(http, ALICE))
        rest.refused("GET", DRAFTS, 401, "UNAUTHENTICATED").says("expired")
    named = folder / "other.toml"
    named.write_text("session_idle = 600\n")
    with serving(fresh_users, ["--config", str(named)]) as server, connection(server) as http:
        assert Rest(http, login(http, ALICE)).result("GET", DRAFTS, 200) == {}


@pytest.mark.parametrize(
    ("words", "settings", "told"),
    [
        (["--listen", "nonsense"], {}, "HOST:PORT"),
        (["--config", "missing.toml"], {}, "missing.toml cannot be read"),
        ([], {"IMAGEWRIGHT_DATABASE_TIMEOUT": "soon"}, "database_timeout 'soon' a number"),
        (["--cert", "cert.pem"], {}, "cert and key belong together"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_settings_that_do_not_go_are_one_line(
    tmp_path: Path, words: list[str], settings: dict[str, str], told: str
) -> None:
    done = run_command("serve", "--data", str(tmp_path / "data"), *words, folder=tmp_path, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert all(word in done.stderr for word in told.split(" ")), done.stderr
    assert not (tmp_path / "data").exists()


@as_users_start_it
def test_a_misspelt_setting_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "imagewright.toml").write_text("sesion_idle = 5\n")
    done = run_command("serve", folder=tmp_path)
    assert done.returncode == 2
    assert "imagewright.toml sets 'sesion_idle', which is no setting" in done.stderr
    assert "session_idle" in done.stderr


def test_a_port_that_is_taken(server: ServerProcess, tmp_path: Path) -> None:
    done = run_command("serve", "--data", str(tmp_path / "data"), "--listen", server.host, folder=tmp_path)
    assert done.returncode == 1
    assert server.host in done.stderr
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    done = run_command("serve", "--data", str(file / "data"), "--listen", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert str(file / "data") in done.stderr
    assert "Traceback" not in done.stderr


def test_users_are_listed_with_their_roles(fresh_users: Path) -> None:
    own = Account("own@example.test", "p")
    add_user(fresh_users, own, "--privilege", PRIVILEGE, "--privilege", "VcIntegrity.lifecycleSettings.Read")
    listed = run_command("user", "ls", "--json", "--data", str(fresh_users), folder=fresh_users)
    assert listed.returncode == 0
    found = {each.pop("name"): each for each in json.loads(listed.stdout)}
    assert found.pop(own.name) == {"role": None, "privileges": ["VcIntegrity.lifecycleSettings.Read", PRIVILEGE]}
    assert {name: each["role"] for name, each in found.items()} == {one.name: role for one, role in ROLES.items()}


def test_users_that_cannot_be_added(fresh_users: Path) -> None:
    before = run_command("user", "ls", "--data", str(fresh_users), folder=fresh_users).stdout
    for words, told in (
        ("x@y.test", "role --privilege"),
        ("x@y.test --role king", "administrator editor viewer"),
        ("x@y.test --privilege All", "'All'"),
        (f"x@y.test --role viewer --privilege {PRIVILEGE}", "either"),
        (f"{ALICE.name} --role viewer", f"already {ALICE.name}"),
    ):
        done = run_command(
            "user", "add", *words.split(), "--data", str(fresh_users),
            folder=fresh_users, IMAGEWRIGHT_USER_PASSWORD="p", COLUMNS="200",
        )  # fmt: skip
        assert done.returncode != 0
        assert all(word in done.stderr for word in told.split()), done.stderr
        assert "Traceback" not in done.stderr
    assert run_command("user", "ls", "--data", str(fresh_users), folder=fresh_users).stdout == before


@as_users_start_it
def test_a_second_signal_ends_the_server_at_once(fresh_users: Path) -> None:
    with serving(fresh_users, settings={"IMAGEWRIGHT_STOP_GRACE": "60"}) as server:
        server.terminate()
        with suppress(ProcessLookupError):
            server.terminate()
        assert server.ended() in (0, -15)
        assert not re.search("Traceback", "\n".join(server.log.seen))
