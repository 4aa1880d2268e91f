"""The operations of the API, one module for each service or part of a draft.

What is not of the published API but our own is in modules that start with `own_`.

The default image and the alternative images of a draft have the same parts; each module here serves both. Importing
this package binds all of them.
"""

from imagewright.app.operations import (
    alternative_images,
    cis_session,
    cis_tasks,
    depot_content_add_ons,
    depot_content_base_images,
    depot_content_components,
    depots_offline,
    depots_offline_content,
    depots_online,
    drafts,
    drafts_add_on,
    drafts_base_image,
    drafts_components,
    drafts_display_name,
    drafts_hardware_support,
    drafts_removed_components,
    drafts_selection_criteria,
    effective_components,
    hardware_support,
    introspection,
    inventory,
    own_audit,
    own_diff,
    own_draft_report,
    own_faults,
    own_inventory,
    own_software_versions,
    software,
)

__all__ = [
    "alternative_images",
    "cis_session",
    "cis_tasks",
    "depot_content_add_ons",
    "depot_content_base_images",
    "depot_content_components",
    "depots_offline",
    "depots_offline_content",
    "depots_online",
    "drafts",
    "drafts_add_on",
    "drafts_base_image",
    "drafts_components",
    "drafts_display_name",
    "drafts_hardware_support",
    "drafts_removed_components",
    "drafts_selection_criteria",
    "effective_components",
    "hardware_support",
    "introspection",
    "inventory",
    "own_audit",
    "own_diff",
    "own_draft_report",
    "own_faults",
    "own_inventory",
    "own_software_versions",
    "software",
]
