"""Locations of depots: whether they may be read, and who may see them."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.fetch_ports import FetchError
from imagewright.app.links import file_name, is_uri
from imagewright.app.privileges import WRITE
from imagewright.model.errors import InvalidArgument


def check_location(call: Call, location: str) -> None:
    """InvalidArgument when this is no location that this server may read."""
    if not is_uri(location):
        raise InvalidArgument.because(
            "imagewright.depot.bad_location",
            "spec.location is not a complete URI. Write http://host/path, https://host/path or file:///path, with "
            "blanks and other special characters percent-encoded.",
        )
    try:
        call.services.fetcher.check(location)
    except FetchError as error:
        raise InvalidArgument.because("imagewright.depot.not_fetched", "{0}", error) from error


def check_index_location(call: Call, location: str) -> None:
    """As `check_location`, for the index of a depot that is read where it lies."""
    check_location(call, location)
    if not file_name(location):
        raise InvalidArgument.because(
            "imagewright.depot.no_index",
            "spec.location names a folder. Give the location of the depot's index, a file such as index.xml in it.",
        )


def location_for(call: Call, location: str) -> str:
    """A location as the caller may see it.

    Vendors put access tokens into locations; who may not change depots does not see them. A token can be a word, so
    he sees the host and the name of the file, and no folder.
    """
    if WRITE & call.caller.privileges:
        return location
    scheme, separator, rest = call.services.fetcher.shown(location).partition("://")
    host, slash, path = rest.partition("/")
    _, folders, name = path.rpartition("/")
    return scheme + separator + host + slash + ("***/" if folders else "") + name
