"""Who may do what: the privileges of the API, and the roles that bundle them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

SPEC_READ = "VcIntegrity.lifecycleSoftwareSpecification.Read"
READ = frozenset(
    {
        SPEC_READ,
        "VcIntegrity.lifecycleSettings.Read",
        "VcIntegrity.lifecycleSoftwareRemediation.Read",
        "VcIntegrity.lifecycleHealth.Read",
    }
)
WRITE = frozenset({"VcIntegrity.lifecycleSoftwareSpecification.Write", "VcIntegrity.lifecycleSettings.Write"})
REMEDIATE = "VcIntegrity.lifecycleSoftwareRemediation.Write"
DELETE_DEPOTS = "VcIntegrity.lifecycleDepots.Delete"
ADMINISTER = "imagewright.Administer"
"""Ours, not the API's: users, audit, the inventory, other people's drafts and tasks."""


class Role(StrEnum):
    """A named set of privileges. These names are a public interface."""

    ADMINISTRATOR = "administrator"
    EDITOR = "editor"
    VIEWER = "viewer"


ROLES: Mapping[Role, frozenset[str]] = {
    Role.VIEWER: READ,
    Role.EDITOR: READ | WRITE,
    Role.ADMINISTRATOR: READ | WRITE | {DELETE_DEPOTS, REMEDIATE, ADMINISTER},
}
_BY_NAME: Mapping[str, frozenset[str]] = {str(role): privileges for role, privileges in ROLES.items()}


def privileges_of(role: str) -> frozenset[str]:
    """What a role may do; nothing when this release does not know it."""
    return _BY_NAME.get(role, frozenset())


KNOWN = ROLES[Role.ADMINISTRATOR]
"""Every privilege that an operation asks for, served or not: with all of them, what is not served says so."""
