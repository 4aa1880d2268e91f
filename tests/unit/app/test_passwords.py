"""Passwords: what is right, what is remembered, and that an unknown user costs as much as a known one."""

from __future__ import annotations

from argon2 import PasswordHasher, extract_parameters

from imagewright.app import passwords
from imagewright.app.passwords import PasswordChecker, hash_password


def test_the_right_password_is_right_and_another_is_not() -> None:
    stored = hash_password('pä"ss wörd')
    checker = PasswordChecker()
    assert checker.is_right(stored, 'pä"ss wörd')
    assert not checker.is_right(stored, 'pä"ss word')


def test_hashes_are_argon2id_and_never_the_same() -> None:
    assert hash_password("x").startswith("$argon2id$")
    assert hash_password("x") != hash_password("x")


def test_a_changed_password_counts_at_once() -> None:
    before, after = hash_password("old"), hash_password("new")
    checker = PasswordChecker(remember_seconds=3600)
    assert checker.is_right(before, "old")
    assert not checker.is_right(after, "old")
    assert checker.is_right(after, "new")


def test_an_unknown_user_is_refused_whatever_he_says() -> None:
    checker = PasswordChecker()
    assert not checker.is_right(None, "")
    assert not checker.is_right(None, "anything")


def test_an_unknown_user_costs_as_much_as_a_known_one() -> None:
    stored_for_nobody = extract_parameters(passwords._NOBODY)
    assert stored_for_nobody == extract_parameters(hash_password("x"))
    assert not PasswordHasher().check_needs_rehash(passwords._NOBODY)


def test_a_damaged_hash_refuses() -> None:
    assert not PasswordChecker().is_right("not a hash", "x")


def test_what_is_remembered_is_bounded() -> None:
    checker = PasswordChecker(capacity=1)
    first, second = hash_password("1"), hash_password("2")
    assert checker.is_right(first, "1")
    assert checker.is_right(second, "2")
    assert len(checker._good_until) == 1
