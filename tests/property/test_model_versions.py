"""Laws of the order of versions."""

from __future__ import annotations

from hypothesis import example, given
from strategies_model import any_version

from imagewright.model.version import ascending, compare, in_release, sort_key


@given(any_version, any_version)
def test_any_two_versions_compare_and_both_ways_agree(left: str, right: str) -> None:
    assert compare(left, right) == -compare(right, left)


@given(any_version)
def test_a_version_equals_itself(version: str) -> None:
    assert compare(version, version) == 0


@given(any_version, any_version, any_version)
@example("1.a", "1.0", "1")
@example("1-a", "1.0", "1-0")
def test_order_is_transitive(one: str, two: str, three: str) -> None:
    low, middle, high = sorted((one, two, three), key=sort_key)
    assert compare(low, middle) <= 0
    assert compare(middle, high) <= 0
    assert compare(low, high) <= 0


@given(any_version, any_version, any_version)
def test_equal_versions_stand_in_one_place(one: str, two: str, other: str) -> None:
    if compare(one, two) == 0:
        assert compare(one, other) == compare(two, other)


@given(any_version)
def test_something_after_it_makes_a_version_higher(version: str) -> None:
    assert compare(version + ".0", version) == 1
    assert compare(version + "-0", version) == 1


@given(any_version, any_version, any_version)
def test_sorting_does_not_depend_on_the_order_before(one: str, two: str, three: str) -> None:
    assert ascending((one, two, three)) == ascending((three, one, two))


@given(any_version.filter(lambda version: "*" not in version))  # a star cuts a release off, and is in no version
def test_a_version_is_in_its_own_release_and_in_every_truncated_one(version: str) -> None:
    assert in_release(version, version)
    parts = version.split(".")
    assert all(in_release(version, ".".join(parts[:count])) for count in range(1, len(parts) + 1))
