"""What differs between two images: drafts, specifications of the library, or former versions of these."""

from __future__ import annotations

import re

import msgspec

from imagewright.app.call import Call
from imagewright.app.library import spec_with, version_with
from imagewright.contract.binding import implements
from imagewright.contract.services import own_diff
from imagewright.model.diff import Side, diff
from imagewright.model.documents import diff_document
from imagewright.model.errors import NotFound
from imagewright.model.spec import SoftwareSpec

_VERSIONED = re.compile("(.+)@([0-9]{1,9})")


@implements(own_diff.get)
def get(call: Call, from_: str, to: str) -> own_diff.Info:
    """The difference of two images, both composed over the depots as they are now.

    Each is the id of a draft, the id of a specification, or that id with a version: `software-spec-3@2`.
    """
    sides = [_side(call, each) for each in (from_, to)]
    return msgspec.convert(diff_document(diff(*sides)), own_diff.Info)


def _side(call: Call, name: str) -> Side:
    spec = _spec(call, name)
    depots = call.uow.depots
    return Side(spec, call.services.effective.of(spec, depots.catalog(), depots.catalog_revision()))


def _spec(call: Call, name: str) -> SoftwareSpec:
    versioned = _VERSIONED.fullmatch(name)
    if versioned:
        return version_with(call.uow, spec_with(call.uow, versioned[1]), int(versioned[2])).spec
    found = call.uow.drafts.get(name) or call.uow.library.get(name)
    if found is None:
        raise NotFound.because(
            "imagewright.diff.not_found",
            "There is neither a draft nor a software specification '{0}'. A version of one is named as in {1}.",
            name,
            "software-spec-3@2",
        )
    return found.spec
