"""The tables.

One revision of `migrations` for every change here; a test holds that both say the same. Aggregates carry a `revision`,
which writers compare and set. Documents are JSON; next to them stand only those columns that are searched.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    HardwareSupportPackage,
    Platform,
    Solution,
    Vib,
)
from imagewright.model.inventory import EntityKind
from imagewright.model.library import DepotSource
from imagewright.model.schedule import Schedule
from imagewright.model.task import TaskStatus
from imagewright.storage.columns import Document, Id, Moment, Name, Sequence, SpecDocument

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def _required(name: str, kind: Any, *constraints: Any, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *constraints, nullable=False, **options)


def _id(prefix: str = "") -> sa.Column[Any]:
    return sa.Column("id", Id(prefix), primary_key=True, autoincrement=False)


counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", Name, primary_key=True),
    _required("value", sa.BigInteger()),
)
"""The last number given out for each kind of id, and the revision of the catalogue. Rows come with the migration."""

# --- people ----------------------------------------------------------------------------------------------------------

users = sa.Table(
    "users",
    metadata,
    sa.Column("name", Name, primary_key=True),
    _required("password_hash", sa.Text()),
    _required("role", sa.Text()),
    # Only of a user without a role: what a role may do is not stored.
    _required("privileges", Document(frozenset[str]), key="own_privileges"),
    _required("created", Moment()),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", Name, primary_key=True),
    _required("user", Name),
    _required("created", Moment()),
    _required("last_accessed", Moment()),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", Sequence, primary_key=True),
    _required("time", Moment(), index=True),
    _required("user", Name),
    _required("operation", sa.Text()),
    _required("target", sa.Text()),
    _required("address", sa.Text()),
    _required("outcome", sa.Text()),
    _required("task", sa.Text(), server_default=""),
    _required("request_id", sa.Text(), server_default=""),
)

login_failures = sa.Table(
    "login_failures",
    metadata,
    sa.Column("number", Sequence, primary_key=True),
    _required("subject", Name),
    _required("time", Moment(), index=True),
    sa.Index("ix_login_failures_subject_time", "subject", "time"),
)

# --- drafts and the library ------------------------------------------------------------------------------------------

drafts = sa.Table(
    "drafts",
    metadata,
    _id(),
    _required("owner", Name),
    _required("created", Moment()),
    _required("spec", SpecDocument()),
    sa.Column("display_name", Name),
    _required("base_spec", sa.Text(), index=True),
    sa.Column("base_version", sa.Integer()),
    _required("revision", sa.Integer()),
    sa.UniqueConstraint("owner"),
)

specs = sa.Table(
    "specs",
    metadata,
    _id("software-spec-"),
    _required("display_name", Name),
    _required("spec", SpecDocument()),
    _required("image_hash", sa.Text(), index=True),
    _required("version", sa.Integer()),
    _required("created", Moment()),
    _required("modified", Moment()),
    sa.Column("orchestrator_owner", sa.Text()),
    sa.Column("owner_data", sa.Text()),
    sa.Column("locked_by", Name),
    _required("revision", sa.Integer()),
    sa.UniqueConstraint("display_name"),
)

spec_versions = sa.Table(
    "spec_versions",
    metadata,
    sa.Column("spec_id", Id("software-spec-"), sa.ForeignKey(specs.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
    _required("display_name", Name),
    _required("author", Name),
    _required("time", Moment()),
    _required("message", sa.Text()),
    _required("spec", SpecDocument()),
    _required("image_hash", sa.Text()),
)

# --- the inventory ---------------------------------------------------------------------------------------------------

entities = sa.Table(
    "entities",
    metadata,
    sa.Column("id", Name, primary_key=True),
    _required("kind", sa.Enum(EntityKind, native_enum=False, length=16)),
    _required("name", Name),
    _required("created", Moment()),
    sa.Column("cluster", Name, sa.ForeignKey("entities.id"), index=True),
)

assignments = sa.Table(
    "assignments",
    metadata,
    sa.Column("entity", Name, sa.ForeignKey(entities.c.id, ondelete="CASCADE"), primary_key=True),
    _required("spec_id", Id("software-spec-"), sa.ForeignKey(specs.c.id), index=True),
    _required("user", Name),
    _required("time", Moment()),
    sa.Column("orchestrator_owner", sa.Text()),
    sa.Column("owner_data", sa.Text()),
)
"""Which specification an entity is to have: at most one. A specification that is assigned cannot be deleted."""

# --- depots ----------------------------------------------------------------------------------------------------------

depots = sa.Table(
    "depots",
    metadata,
    _id(),
    _required("source", sa.Enum(DepotSource, native_enum=False, length=16)),
    _required("bundle_sha256", sa.Text()),
    _required("created", Moment()),
    _required("owner", Name),
    _required("description", sa.Text()),
    sa.Column("location", sa.Text()),
    sa.Column("file_id", sa.Text()),
    sa.Column("ownerdata", sa.Text()),
    sa.UniqueConstraint("bundle_sha256"),
)

"""Depots of every kind. `bundle_sha256` is what no second may have: of an offline depot the SHA-256 of its bundle, of
an online depot that of its location, and the same for every UMDS depot, of which there is one at most."""

online_depots = sa.Table(
    "online_depots",
    metadata,
    sa.Column("depot", Id(), sa.ForeignKey(depots.c.id, ondelete="CASCADE"), primary_key=True),
    _required("enabled", sa.Boolean()),
    _required("system_defined", sa.Boolean()),
    sa.Column("synchronised", Moment()),
    sa.Column("attempted", Moment()),
    _required("trouble", sa.Text()),
    _required("content_revision", sa.Integer()),
    _required("revision", sa.Integer()),
)
"""What only depots have that are read where they lie. `content_revision` counts how often the content was replaced."""

online_documents = sa.Table(
    "online_documents",
    metadata,
    sa.Column("depot", Id(), sa.ForeignKey(online_depots.c.depot, ondelete="CASCADE"), primary_key=True),
    sa.Column("path", Name, primary_key=True),
    _required("sha256", sa.Text()),
    _required("etag", sa.Text()),
    _required("last_modified", sa.Text()),
)

not_understood = sa.Table(
    "not_understood",
    metadata,
    sa.Column("depot", Id(), sa.ForeignKey(depots.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
    _required("path", sa.Text()),
    _required("reason", sa.Text()),
)

bundles = sa.Table(
    "bundles",
    metadata,
    sa.Column("depot", Id(), sa.ForeignKey(depots.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
    _required("file_name", sa.Text()),
    _required("vendor", sa.Text()),
    _required("vendor_code", sa.Text()),
    _required("platforms", Document(tuple[Platform, ...])),
)


def _part(name: str, *columns: Any) -> sa.Table:
    """A table of things in a metadata bundle, in their order there."""
    return sa.Table(
        name,
        metadata,
        sa.Column("depot", Id(), primary_key=True),
        sa.Column("bundle", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        *columns,
        sa.ForeignKeyConstraint(["depot", "bundle"], [bundles.c.depot, bundles.c.position], ondelete="CASCADE"),
    )


vibs = sa.Table(
    "vibs",
    metadata,
    sa.Column("digest", sa.Text(), primary_key=True),
    _required("sha256", sa.Text(), index=True),
    _required("document", Document(Vib)),
    sa.Column("crc32", sa.BigInteger()),
)
"""VIBs, each once for all depots that describe it in the same way: `digest` is the SHA-256 of its document. `crc32` is
that of the file, once somebody has read it and compared it with its SHA-256."""

bundle_vibs = _part("bundle_vibs", _required("vib", sa.Text(), sa.ForeignKey(vibs.c.digest), index=True))
bulletins = _part(
    "bulletins",
    _required("id", sa.Text()),
    _required("listed", sa.Boolean()),
    _required("document", Document(Bulletin)),
)
"""Bulletins; one that is not `listed` is known only through its component."""

components = _part(
    "components",
    _required("name", sa.Text()),
    _required("version", sa.Text()),
    _required("display_name", sa.Text()),
    _required("display_version", sa.Text()),
    _required("bulletin", sa.Integer()),
)
"""Components; `bulletin` is the position of the bulletin in the same bundle."""

base_images = _part(
    "base_images",
    _required("version", sa.Text()),
    _required("document", Document(BaseImage)),
)
add_ons = _part(
    "add_ons",
    _required("name", sa.Text()),
    _required("version", sa.Text()),
    _required("document", Document(AddOn)),
)
hardware_packages = _part(
    "hardware_packages",
    _required("manager", sa.Text()),
    _required("package", sa.Text()),
    _required("version", sa.Text()),
    _required("document", Document(HardwareSupportPackage)),
)
solutions = _part(
    "solutions",
    _required("name", sa.Text()),
    _required("version", sa.Text()),
    _required("document", Document(Solution)),
)

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("file_id", Name, primary_key=True),
    _required("owner", Name),
    _required("file_name", sa.Text()),
    _required("sha256", sa.Text()),
    _required("size", sa.BigInteger()),
    _required("created", Moment()),
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("name", Name, primary_key=True),
    _required("enabled", sa.Boolean()),
    sa.Column("schedule", Document(Schedule)),
    _required("owner", Name),
    _required("since", Moment()),
    sa.Column("next_run", Moment()),
    _required("revision", sa.Integer()),
)
"""There is one, `depots`, once somebody has set it."""


# --- exports ---------------------------------------------------------------------------------------------------------

exports = sa.Table(
    "exports",
    metadata,
    sa.Column("id", sa.Text(), primary_key=True),
    _required("task", sa.Text()),
    _required("expires", Moment()),
)

export_parts = sa.Table(
    "export_parts",
    metadata,
    sa.Column("export", sa.Text(), sa.ForeignKey(exports.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
    _required("sha256", sa.Text()),
    _required("start", sa.BigInteger()),
    _required("length", sa.BigInteger()),
)
"""What a file consists of: pieces of blobs, one after the other. An export without parts is not complete."""

# --- tasks -----------------------------------------------------------------------------------------------------------

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("number", Sequence, primary_key=True),
    _required("id", Name),
    _required("service", sa.Text()),
    _required("operation", sa.Text()),
    _required("user", Name),
    _required("submitted", Moment()),
    _required("arguments", Document(dict[str, Any])),
    _required("status", sa.Enum(TaskStatus, native_enum=False, length=16)),
    sa.Column("target_type", sa.Text()),
    sa.Column("target_id", sa.Text()),
    _required("description", sa.Text()),
    _required("cancelable", sa.Boolean()),
    _required("cancel_requested", sa.Boolean()),
    sa.Column("started", Moment()),
    sa.Column("ended", Moment()),
    _required("completed", sa.BigInteger()),
    _required("total", sa.BigInteger()),
    _required("progress_message", sa.Text()),
    sa.Column("result", Document(Any)),
    sa.Column("error", Document(dict[str, Any])),
    _required("attempts", sa.Integer()),
    sa.Column("worker", sa.Text()),
    sa.Column("lease_until", Moment()),
    sa.UniqueConstraint("id"),
    sa.Index("ix_tasks_status_number", "status", "number"),
    sa.Index("ix_tasks_ended", "ended"),
    sa.Index(
        "uq_tasks_one_at_a_target",
        "target_type",
        "target_id",
        unique=True,
        # For PostgreSQL too, as its revision says. Said here, it would load that dialect at every start.
        sqlite_where=sa.text("status = 'RUNNING'"),
    ),
)
"""`number` is the order of submission. `worker` and `lease_until` say who works on a RUNNING task, and until when.
Of the tasks with one target at most one is RUNNING."""
