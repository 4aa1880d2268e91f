"""The vendor add-ons in the depots."""

from __future__ import annotations

from itertools import groupby

from imagewright.app.answers import UNKNOWN_DATE
from imagewright.app.call import Call
from imagewright.app.depot_parts import Wanted, display_name_of, label_of
from imagewright.app.links import link
from imagewright.app.vocabulary import word
from imagewright.contract.binding import implements
from imagewright.contract.services import depot_content_add_ons as add_ons
from imagewright.contract.services import depot_content_add_ons_versions as versions
from imagewright.model.content import AddOn
from imagewright.model.errors import NotFound


@implements(add_ons.list_)
def list_(call: Call, filter_: add_ons.FilterSpec | None) -> tuple[add_ons.Summary, ...]:
    """The add-ons by name, each with those of its versions that fit all parts of the filter, lowest first."""
    asked = filter_ or add_ons.FilterSpec()
    wanted = Wanted(asked.vendors, asked.names, asked.versions, asked.min_version)
    found = (each for each in call.uow.depots.catalog().add_ons if wanted.fits(each.vendor, each.name, each.version))
    return tuple(_summary(tuple(group)) for _name, group in groupby(found, key=lambda each: each.name))


@implements(versions.get)
def get(call: Call, name: str, version: str) -> versions.Info:
    """One version of an add-on, with what it adds and what it removes; NotFound when no depot has it."""
    catalog = call.uow.depots.catalog()
    add_on = catalog.add_on(name, version)
    if add_on is None:
        raise NotFound.because(
            "imagewright.depot_content.no_add_on",
            "There is no add-on {0} {1} in the depots. The versions there are: {2}.",
            name,
            version,
            ", ".join(catalog.add_on_versions(name)) or "none",
        )
    labels = ((ref, label_of(ref, catalog)) for ref in add_on.components)
    return versions.Info(
        display_name=add_on.display_name,
        vendor=add_on.vendor,
        display_version=add_on.display_version,
        summary=add_on.summary,
        description=add_on.description,
        category=word(add_on.category, versions.CategoryType, versions.CategoryType.ENHANCEMENT),
        kb=link(add_on.kb),
        release_date=add_on.release_date or UNKNOWN_DATE,
        components=tuple(
            versions.ComponentInfo(
                name=ref.name, display_name=label.name, version=ref.version, display_version=label.version
            )
            for ref, label in labels
        ),
        removed_components=tuple(
            versions.RemovedComponentInfo(name=removed, display_name=display_name_of(removed, catalog))
            for removed in add_on.removed_components
        ),
    )


def _summary(group: tuple[AddOn, ...]) -> add_ons.Summary:
    newest = group[-1]
    return add_ons.Summary(
        name=newest.name,
        display_name=newest.display_name,
        vendor=newest.vendor,
        versions=tuple(
            add_ons.AddOnVersionSummary(
                version=each.version,
                display_version=each.display_version,
                summary=each.summary,
                category=word(each.category, add_ons.CategoryType, add_ons.CategoryType.ENHANCEMENT),
                kb=link(each.kb),
                release_date=each.release_date or UNKNOWN_DATE,
            )
            for each in group
        ),
    )
