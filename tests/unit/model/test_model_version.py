"""The order of versions, and what fits a relation."""

from __future__ import annotations

import pytest

from imagewright.model.content import Operator, Relation
from imagewright.model.version import ascending, compare, fits, in_release, supports


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("1.2", "1.10"),
        ("1.2", "1.2.0"),
        ("1.2-3", "1.2-10"),
        ("1.2-9", "1.3-1"),
        ("1.2", "1.2-0"),
        ("1.9-9.9", "1.9.0-0"),
        ("8.045a-napi", "8.045b"),
        ("1.0-1OEM.800", "1.0-1vmw.800"),
        ("1.a", "1.0"),
        ("803.24280767-A02", "803.24280767-A10"),
        ("8.0.3-0.35.24280767", "8.0.3-0.70.24674464"),
        ("9.0.2-0.25148076", "9.1.0.0.25370933"),
        ("9.1.0.0.25370933", "9.1.0.0200.25557999"),
        ("9.1.0.0200.25557999", "9.1.1.0.25714478"),
        ("", "0"),
        ("9" * 5000, "1" + "0" * 5000),
    ],
)
def test_lower_than(lower: str, higher: str) -> None:
    assert compare(lower, higher) == -1
    assert compare(higher, lower) == 1


def test_equal_versions_may_be_written_differently() -> None:
    assert compare("1.01", "1.1") == 0
    assert compare("1.0a", "1.0.a") == 0


def test_ascending_puts_equal_versions_in_the_order_of_their_text() -> None:
    assert ascending(["1.10", "1.2", "1.02"]) == ("1.02", "1.2", "1.10")


@pytest.mark.parametrize(
    ("operator", "accepted"),
    [
        (Operator.LOWER, ["1.0"]),
        (Operator.LOWER_OR_EQUAL, ["1.0", "2.0"]),
        (Operator.EQUAL, ["2.0"]),
        (Operator.HIGHER_OR_EQUAL, ["2.0", "3.0"]),
        (Operator.HIGHER, ["3.0"]),
    ],
)
def test_relation_bounds_the_version(operator: Operator, accepted: list[str]) -> None:
    relation = Relation("x", operator, "2.0")
    assert [version for version in ("1.0", "2.0", "3.0") if fits(relation, version)] == accepted


def test_without_a_bound_everything_fits_even_without_a_version() -> None:
    assert fits(Relation("x"), None)
    assert not fits(Relation("x", Operator.HIGHER, "1"), None)


@pytest.mark.parametrize("release", ["8", "8.0", "8.0.3", "8.0.3-0.35", "8.0.3-0.35.24280767", "8.*", "8.0.*", "*"])
def test_truncated_release_is_a_prefix_at_the_end_of_a_part(release: str) -> None:
    assert in_release("8.0.3-0.35.24280767", release)


@pytest.mark.parametrize("release", ["8.0.30", "8.0.3-0.3", "8.0.3-0.35.24280767.1", "7", "80.*", "8.0.2"])
def test_other_releases_are_not(release: str) -> None:
    assert not in_release("8.0.3-0.35.24280767", release)


def test_all_dots_form_has_truncated_forms_too() -> None:
    assert in_release("9.1.0.0200.25557999", "9.1.0")
    assert not in_release("9.1.0.0200.25557999", "9.1.0.02")


def test_who_names_no_release_supports_all() -> None:
    assert supports((), "9.1")
    assert supports(("8.0", "9"), "9.1")
    assert not supports(("8.0",), "9.1")
