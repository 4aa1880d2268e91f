"""Guessing passwords: what it costs is the same whether or not there is such a user, and it ends soon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import argon2
import pytest
import sqlalchemy as sa
from quick_hashes import quick_hash

from imagewright.app import passwords
from imagewright.app.authentication import Authenticator, SessionPolicy, UserPassword, WrongPassword
from imagewright.app.passwords import hash_password
from imagewright.app.ports import Storage, User
from imagewright.app.privileges import Role
from imagewright.app.throttling import ThrottlePolicy, subjects
from imagewright.model.errors import ServiceUnavailable
from imagewright.storage.database import open_storage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = ThrottlePolicy(of_user=3, from_address=5, window=timedelta(seconds=60))
HERE, THERE = "192.0.2.1", "192.0.2.2"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Door:
    """Somebody tries passwords here, as the one way in lets him."""

    def __init__(self, storage: Storage, hashed: Callable[[str], str] = quick_hash) -> None:
        self.storage = storage
        self.authenticator = Authenticator(SessionPolicy(), POLICY)
        with storage.write() as uow:
            for name in ("alice", "bob"):
                uow.users.add(User(name, hashed("right"), Role.EDITOR, NOON))

    def tries(self, user: str, password: str, address: str = HERE, at: datetime = NOON) -> str:
        """How that ends: "in", "wrong", or the seconds after which he may try again."""
        try:
            with self.storage.read() as uow:
                self.authenticator.authenticate(uow, UserPassword(user, password), at, address)
        except WrongPassword:
            with self.storage.write() as uow:
                uow.login_failures.add(subjects(user, address), at)
            return "wrong"
        except ServiceUnavailable as refusal:
            return f"{refusal.retry_after}"
        return "in"


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = open_storage(f"sqlite:///{tmp_path / 'imagewright.db'}")
    yield opened
    opened.close()


@pytest.fixture
def door(storage: Storage) -> Door:
    return Door(storage)


def test_after_so_many_failures_also_the_right_password_is_refused_until_the_oldest_is_old(door: Door) -> None:
    assert [door.tries("alice", "wrong", at=after(each * 10)) for each in range(3)] == ["wrong"] * 3
    assert door.tries("alice", "right", at=after(30)) == "30"
    assert door.tries("alice", "right", at=after(30), address=THERE) == "30"
    assert door.tries("bob", "right", at=after(30)) == "in"
    assert door.tries("alice", "right", at=after(59.5)) == "1"
    assert door.tries("alice", "right", at=after(60)) == "in"
    # One failure has left the window, so there is room for one.
    assert door.tries("alice", "wrong", at=after(61)) == "wrong"
    assert door.tries("alice", "right", at=after(62)) == "8"


def test_a_clock_that_is_set_back_locks_nobody_out_until_then(door: Door) -> None:
    hour = 3600
    for second in range(3):
        assert door.tries("alice", "wrong", at=after(hour + second)) == "wrong"
    assert door.tries("alice", "right", at=after(hour + 2)) == "58"
    assert door.tries("alice", "right", at=NOON) == "in"
    # Those of a clock that is ahead by seconds count.
    assert door.tries("alice", "right", at=after(hour - 10)) == "70"


def test_what_is_refused_is_not_counted(door: Door) -> None:
    for _ in range(3):
        door.tries("alice", "wrong")
    assert {door.tries("alice", "wrong", at=after(50)) for _ in range(20)} == {"10"}
    assert door.tries("alice", "right", at=after(60)) == "in"


def test_a_success_gives_no_guesses_back(door: Door) -> None:
    assert [door.tries("alice", each) for each in ("wrong", "wrong", "right", "wrong", "right")] == [
        *("wrong", "wrong", "in", "wrong"),
        "60",
    ]


def test_an_address_that_tries_many_names(door: Door) -> None:
    assert {door.tries(f"guess-{each}", "wrong") for each in range(5)} == {"wrong"}
    assert door.tries("alice", "right") == "60"
    assert door.tries("alice", "right", address=THERE) == "in"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_addresses_that_one_subscriber_can_choose_count_as_one(address: str, network: str) -> None:
    assert subjects("alice", address)[1] == f"address {network}"


def test_little_is_kept_of_what_was_typed_as_a_name() -> None:
    typed = "correct horse battery staple"
    (kept, _) = subjects(typed, HERE)
    assert typed not in kept
    assert len(kept) == len("user ") + 8
    assert subjects("\ud800", HERE)[0].startswith("user ")


def test_an_unknown_user_costs_the_same_work_and_is_throttled_alike(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, counted: Callable[[], Counter[str]]
) -> None:
    """Work is counted and not timed: password hashes of the same parameters, and statements of the database."""
    door, work = Door(storage, hash_password), {}
    for user in ("alice", "nobody"):
        seen = []
        with monkeypatch.context() as patch:
            patch.setattr(passwords, "_HASHER", _Spy(seen))
            before = counted().copy()
            # From an address of his own, because that counts too.
            address = f"address of {user}"
            assert [door.tries(user, "wrong", address, after(1)) for _ in range(4)] == ["wrong"] * 3 + ["60"]
        work[user] = (seen, counted() - before)
    assert work["alice"] == work["nobody"]
    assert len(work["nobody"][0]) == 3, "what is refused costs no hash at all"


class _Spy:
    """Notes the parameters of every hash that is computed."""

    def __init__(self, seen: list[argon2.Parameters]) -> None:
        self._seen = seen

    def verify(self, hashed: str, password: str) -> bool:
        self._seen.append(argon2.extract_parameters(hashed))
        return argon2.PasswordHasher().verify(hashed, password)


@pytest.fixture
def counted() -> Iterator[Callable[[], Counter[str]]]:
    """How often each statement was sent to the database."""
    sent: Counter[str] = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent[statement] += 1

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield lambda: sent
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
