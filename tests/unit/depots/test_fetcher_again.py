"""Asking only for what has changed, and going on where a connection broke off."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from moody_site import MoodySite, moody_site

from imagewright.app.fetch_ports import FetchError, Validators
from imagewright.depots.fetcher import UrlFetcher
from imagewright.depots.policy import FetchPolicy
from imagewright.depots.transfer import CHUNK

LOOPBACK = FetchPolicy(
    allowed_networks=(ip_network("127.0.0.1/32"),), read_timeout=5, total_timeout=20, retries=3, retry_pause=0.001
)
DATED = "Sun, 01 Mar 2026 12:00:00 GMT"
BODY = os.urandom(5 * CHUNK // 2)
NOTHING = Validators()


@pytest.fixture
def site() -> Iterator[MoodySite]:
    with moody_site({"file": BODY}) as running:
        yield running


def fetched(site: MoodySite, policy: FetchPolicy = LOOPBACK) -> bytes:
    sink = io.BytesIO()
    assert UrlFetcher(policy).fetch(site.url("file"), sink) == len(sink.getvalue())
    return sink.getvalue()


def refusal(site: MoodySite, policy: FetchPolicy = LOOPBACK) -> str:
    with pytest.raises(FetchError) as caught:
        fetched(site, policy)
    return str(caught.value)


def changed(site: MoodySite, known: Validators) -> tuple[Validators | None, bytes]:
    sink = io.BytesIO()
    return UrlFetcher(LOOPBACK).fetch_changed(site.url("file"), known, sink), sink.getvalue()


# --- what has changed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tags", [True, False])
def test_what_is_unchanged_costs_one_request_and_no_bytes(site: MoodySite, tags: bool) -> None:
    site.tags, site.dated = tags, {"file": DATED}
    known, data = changed(site, NOTHING)
    assert data == BODY
    assert known is not None
    assert (bool(known.etag), known.last_modified) == (tags, DATED)

    assert changed(site, known) == (None, b"")
    assert site.statuses("file") == [200, 304]


def test_what_has_changed_is_read_and_told_from_the_old_one(site: MoodySite) -> None:
    known, _ = changed(site, NOTHING)
    assert known is not None
    site.files["file"] = b"new"
    newer, data = changed(site, known)
    assert data == b"new"
    assert newer not in (None, known)


def test_without_a_word_about_versions_all_is_read_again(site: MoodySite) -> None:
    site.tags = False
    assert changed(site, NOTHING) == (NOTHING, BODY)
    assert changed(site, NOTHING) == (NOTHING, BODY)
    assert site.statuses("file") == [200, 200]


def test_a_server_that_sends_the_whole_all_the_same_is_taken_at_its_word(site: MoodySite) -> None:
    known, _ = changed(site, NOTHING)
    assert known is not None
    site.moods["file"].append("whole")
    assert changed(site, known) == (None, b"")
    assert site.statuses("file") == [200, 200]


def test_a_304_that_nobody_asked_for_is_an_error(site: MoodySite) -> None:
    site.moods["file"].append("304")
    with pytest.raises(FetchError, match="answered 304 Not Modified"):
        changed(site, NOTHING)


def test_a_file_is_unchanged_until_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "index.xml"
    path.write_bytes(b"old")
    fetcher = UrlFetcher(FetchPolicy(file_folders=(tmp_path,)))
    known = fetcher.fetch_changed(path.as_uri(), NOTHING, io.BytesIO())
    assert known is not None
    sink = io.BytesIO()
    assert fetcher.fetch_changed(path.as_uri(), known, sink) is None
    assert sink.getvalue() == b""
    path.write_bytes(b"newer")
    assert fetcher.fetch_changed(path.as_uri(), known, sink) not in (None, known)
    assert sink.getvalue() == b"newer"


# --- going on --------------------------------------------------------------------------------------------------------


def test_a_broken_transfer_goes_on_where_it_was(site: MoodySite) -> None:
    site.moods["file"] += ["break", "break"]
    assert fetched(site) == BODY
    assert site.statuses("file") == [200, 206, 206]
    starts = [int(request.headers["range"].removeprefix("bytes=").rstrip("-")) for request in site.requests[1:]]
    assert 0 < starts[0] < starts[1] < len(BODY), "each connection brings what is still missing"
    assert {request.headers["if-range"] for request in site.requests[1:]} == {site.requests[1].headers["if-range"]}


def test_a_date_will_do_where_there_is_no_etag(site: MoodySite) -> None:
    site.tags, site.dated = False, {"file": DATED}
    site.moods["file"].append("break")
    assert fetched(site) == BODY
    assert site.statuses("file") == [200, 206]


@pytest.mark.parametrize("tags", [True, False])
def test_a_server_without_ranges_sends_all_again_and_it_is_compared(site: MoodySite, tags: bool) -> None:
    site.tags = tags
    site.moods["file"] += ["break", "whole"]
    assert fetched(site) == BODY
    assert site.statuses("file") == [200, 200]


@pytest.mark.parametrize("tags", [True, False])
def test_what_was_changed_in_between_is_refused(site: MoodySite, tags: bool) -> None:
    """Also one that differs in its last bytes only: with an ETag at once, without one when the beginning differs."""
    site.tags = tags
    site.moods["file"].append("break")

    def change(_received: int, _total: int | None) -> None:
        site.files["file"] = bytes(len(BODY))

    with pytest.raises(FetchError, match=r"was changed while it was being read. Try again."):
        UrlFetcher(LOOPBACK).fetch(site.url("file"), io.BytesIO(), progress=change)


def test_what_has_become_shorter_is_refused(site: MoodySite) -> None:
    site.moods["file"] += ["break", "416"]
    assert "is shorter than its server said" in refusal(site)


def test_another_part_than_was_asked_for_is_refused(site: MoodySite) -> None:
    site.moods["file"] += ["break", "other part"]
    assert "answered with another part than was asked for" in refusal(site)


def test_a_part_that_nobody_asked_for_is_refused(site: MoodySite) -> None:
    site.moods["file"].append("other part")
    assert "answered 206 Partial Content" in refusal(site)


@pytest.mark.parametrize("mood", ["hang up", "503", "500", "429", "break"])
def test_a_fault_that_may_pass_is_tried_a_few_times(site: MoodySite, mood: str) -> None:
    site.moods["file"] += [mood] * LOOPBACK.retries
    assert fetched(site) == BODY

    site.moods["file"] += [mood] * 100
    site.requests.clear()
    assert "ry again" in refusal(site, replace(LOOPBACK, retries=2))
    assert 3 <= len(site.requests) <= 6, "what brings a good piece does not count"


@pytest.mark.parametrize("mood", ["404", "403", "401", "410"])
def test_what_will_not_pass_is_asked_once(site: MoodySite, mood: str) -> None:
    site.moods["file"].append(mood)
    assert f"answered {mood}" in refusal(site)
    assert len(site.requests) == 1


def test_a_server_that_promises_more_than_it_has_is_given_up(site: MoodySite) -> None:
    site.moods["file"] += ["longer"] * 100
    assert "is shorter than its server said" in refusal(site)
    assert site.statuses("file") == [200, 416]


def test_a_server_that_promises_less_than_it_sends_is_cut_short(site: MoodySite) -> None:
    """Its word counts: what it sends beyond that is no part of the answer. Who knows a digest sees it."""
    site.moods["file"].append("shorter")
    assert fetched(site) == BODY[:-7]


def test_the_time_for_all_connections_together_is_bounded(site: MoodySite) -> None:
    site.moods["file"] += ["503"] * 1000
    assert "not read completely within 0.3 seconds" in refusal(
        site, replace(LOOPBACK, retries=1000, retry_pause=0.05, total_timeout=0.3)
    )


def test_a_redirect_out_of_the_allowed_networks_is_refused_when_going_on(site: MoodySite) -> None:
    site.moods["file"] += ["break", "to http://169.254.169.254/latest"]
    assert "which may not be read: 169.254.169.254 is a cloud's metadata service" in refusal(site)


def test_a_server_that_falls_silent_is_asked_for_the_rest(site: MoodySite) -> None:
    site.moods["file"].append("slow")
    assert fetched(site, replace(LOOPBACK, read_timeout=0.5)) == BODY
    assert site.statuses("file") == [200, 206]


# --- many files ------------------------------------------------------------------------------------------------------


def test_a_visit_keeps_its_connection(site: MoodySite) -> None:
    site.files["other"] = b"other"
    with UrlFetcher(LOOPBACK).visit() as visitor:
        known = visitor.fetch_changed(site.url("file"), NOTHING, io.BytesIO())
        assert known is not None
        assert visitor.fetch_changed(site.url("file"), known, io.BytesIO()) is None
        sink = io.BytesIO()
        visitor.fetch(site.url("other"), sink)
        assert sink.getvalue() == b"other"
    assert [request.status for request in site.requests] == [200, 304, 200]
    assert len({request.peer for request in site.requests}) == 1
    fetched(site)
    assert len({request.peer for request in site.requests}) == 2


def test_a_visit_survives_a_connection_that_is_cut(site: MoodySite) -> None:
    site.moods["file"] += ["", "break", "hang up"]
    with UrlFetcher(LOOPBACK).visit() as visitor:
        for _ in range(2):
            sink = io.BytesIO()
            visitor.fetch(site.url("file"), sink)
            assert sink.getvalue() == BODY
    assert site.statuses("file") == [200, 200, 0, 206]


def test_a_visit_has_the_time_of_one_file(site: MoodySite) -> None:
    with UrlFetcher(replace(LOOPBACK, total_timeout=0.5, retries=1000, retry_pause=0.05)).visit() as visitor:
        visitor.fetch(site.url("file"), io.BytesIO())
        site.moods["file"] += ["503"] * 1000
        with pytest.raises(FetchError, match=r"not read completely within 0\.5 seconds"):
            visitor.fetch(site.url("file"), io.BytesIO())
        site.moods.clear()
        with pytest.raises(FetchError, match=r"not read completely within 0\.5 seconds"):
            visitor.fetch(site.url("file"), io.BytesIO())
