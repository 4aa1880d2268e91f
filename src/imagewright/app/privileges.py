"""Who may do what: the privileges of the API, and the roles that bundle them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

SPEC_READ = "VcIntegrity.lifecycleSoftwareSpecification.Read"
READ = frozenset({SPEC_READ, "VcIntegrity.lifecycleSettings.Read"})
WRITE = frozenset({"VcIntegrity.lifecycleSoftwareSpecification.Write", "VcIntegrity.lifecycleSettings.Write"})
DELETE_DEPOTS = "VcIntegrity.lifecycleDepots.Delete"
ADMINISTER = "imagewright.Administer"
"""Ours, not the API's: users, audit, other people's drafts and tasks."""


class Role(StrEnum):
    """A named set of privileges. These names are a public interface."""

    ADMINISTRATOR = "administrator"
    EDITOR = "editor"
    VIEWER = "viewer"


ROLES: Mapping[Role, frozenset[str]] = {
    Role.VIEWER: READ,
    Role.EDITOR: READ | WRITE,
    Role.ADMINISTRATOR: READ | WRITE | {DELETE_DEPOTS, ADMINISTER},
}

KNOWN = ROLES[Role.ADMINISTRATOR]
"""Every privilege that anything here asks for."""
