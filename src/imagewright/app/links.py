"""URIs as the API takes them. Its clients check every URI that they get, and give up the whole answer for a bad one."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final
from urllib.parse import quote

# RFC 3987, with an authority: what can be followed or fetched.
_BEYOND_ASCII: Final = "\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
_CHARACTER: Final = rf"(?:[A-Za-z0-9._~!$&'()*+,;={_BEYOND_ASCII}-]|%[0-9A-Fa-f]{{2}})"
_PATH_CHARACTER: Final = rf"(?:{_CHARACTER}|[:@/])"
_URI: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*://"
    rf"(?:(?:{_CHARACTER}|:)*@)?(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|{_CHARACTER}*)(?::[0-9]*)?"
    rf"(?:/{_PATH_CHARACTER}*)?(?:\?(?:{_PATH_CHARACTER}|\?)*)?(?:#(?:{_PATH_CHARACTER}|\?)*)?"
)
_RESERVED: Final = "%:/?#[]@!$&'()*+,;=~"


def is_uri(text: str) -> bool:
    """True for a complete URI with scheme and authority, such as `https://host/path` or `file:///path`."""
    found = _URI.fullmatch(text)
    return found is not None and _is_address(found["ipv6"])


@lru_cache(maxsize=1024)
def link(text: str) -> str:
    """A link from a depot as it can be answered: blanks and the like are percent-encoded, what is no link is empty.

    Depots have `unknown`, numbers of articles and whole sentences where the API wants a URI and cannot leave it out.
    """
    quoted = quote(text.strip(), safe=_RESERVED)
    return quoted if is_uri(quoted) else ""


def file_name(location: str) -> str:
    """The last part of the path of a location, as it is written there."""
    path = location.partition("#")[0].partition("?")[0].partition("://")[2].partition("/")[2]
    return path.rpartition("/")[2]


def folder_of(location: str) -> str:
    """The location of the folder that a file lies in, with a slash at the end."""
    path = location.partition("#")[0].partition("?")[0]
    return path.removesuffix(file_name(location))


def path_in_url(path: str) -> str:
    """A path of a depot as it stands in a URL; a per cent sign is taken for that of an encoded character."""
    return quote(path, safe="/%:@!$&'()*+,;=~")


def _is_address(ipv6: str | None) -> bool:
    if ipv6 is None:
        return True
    try:
        IPv6Address(ipv6)
    except AddressValueError:
        return False
    return True
