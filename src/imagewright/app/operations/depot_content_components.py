"""The components in the depots."""

from __future__ import annotations

from itertools import groupby

from imagewright.app.answers import UNKNOWN_DATE
from imagewright.app.call import Call
from imagewright.app.depot_parts import Wanted
from imagewright.app.links import link
from imagewright.app.vocabulary import word
from imagewright.contract.binding import implements
from imagewright.contract.kept import KeptList
from imagewright.contract.services import depot_content_components as components
from imagewright.contract.services import depot_content_components_versions as versions
from imagewright.model.catalog import BundleType, Catalog
from imagewright.model.content import Component
from imagewright.model.errors import NotFound


@implements(components.list_)
def list_(call: Call, filter_: components.FilterSpec | None) -> tuple[components.Summary, ...]:
    """The components by name, each with those of its versions that fit all parts of the filter, lowest first.

    A component of several bundle types is found under each of them.
    """
    catalog = call.uow.depots.catalog()
    if filter_ is None or filter_ == components.FilterSpec():
        # What user interfaces ask for, and megabytes; it follows from the catalogue alone.
        return catalog.derived("list of all components", lambda: KeptList(_listed(catalog, components.FilterSpec())))
    return _listed(catalog, filter_)


def _listed(catalog: Catalog, asked: components.FilterSpec) -> tuple[components.Summary, ...]:
    wanted = Wanted(asked.vendors, asked.names, asked.versions, asked.min_version)
    kinds = frozenset(BundleType(kind.value) for kind in asked.bundle_types or ())
    found = (
        each
        for each in catalog.components
        if wanted.fits(each.bulletin.vendor, each.name, each.version) and (not kinds or kinds & catalog.kinds_of(each))
    )
    return tuple(_summary(tuple(group)) for _name, group in groupby(found, key=lambda each: each.name))


@implements(versions.get)
def get(call: Call, name: str, version: str) -> versions.Info:
    """One version of a component; NotFound when no depot has it."""
    catalog = call.uow.depots.catalog()
    component = catalog.component(name, version)
    if component is None:
        raise NotFound.because(
            "imagewright.depot_content.no_component",
            "There is no component {0} {1} in the depots. The versions there are: {2}.",
            name,
            version,
            ", ".join(catalog.component_versions(name)) or "none",
        )
    bulletin = component.bulletin
    return versions.Info(
        display_name=component.display_name,
        vendor=bulletin.vendor,
        display_version=component.display_version,
        summary=bulletin.summary,
        description=bulletin.description,
        category=word(bulletin.category, versions.CategoryType, versions.CategoryType.GENERAL),
        urgency=word(bulletin.urgency, versions.UrgencyType, versions.UrgencyType.GENERAL),
        kb=link(bulletin.kb),
        contact=bulletin.contact,
        release_date=bulletin.release_date or UNKNOWN_DATE,
    )


def _summary(group: tuple[Component, ...]) -> components.Summary:
    newest = group[-1]
    return components.Summary(
        name=newest.name,
        display_name=newest.display_name,
        vendor=newest.bulletin.vendor,
        versions=tuple(_version(each) for each in group),
    )


def _version(component: Component) -> components.ComponentVersionSummary:
    bulletin = component.bulletin
    return components.ComponentVersionSummary(
        version=component.version,
        display_version=component.display_version,
        summary=bulletin.summary,
        category=word(bulletin.category, components.CategoryType, components.CategoryType.GENERAL),
        urgency=word(bulletin.urgency, components.UrgencyType, components.UrgencyType.GENERAL),
        kb=link(bulletin.kb),
        release_date=bulletin.release_date or UNKNOWN_DATE,
    )
