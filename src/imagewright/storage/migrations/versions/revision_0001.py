"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

revision = "0001"
down_revision = None

# What a revision writes never changes again, so the types are spelled out here and not taken from the schema.
NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = sa.BigInteger()
MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.Text().with_variant(JSON(), "postgresql")


def upgrade() -> None:
    """Makes all tables, and starts the counters."""
    counters = op.create_table(
        "counters",
        sa.Column("name", NAME, nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in ("drafts", "specs", "depots", "catalog")])
    _people()
    _library()
    _inventory()
    _depots()
    _parts()
    _tasks()


def _part(name: str, *columns: Any) -> None:
    op.create_table(
        name,
        sa.Column("depot", NUMBER, nullable=False),
        sa.Column("bundle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("depot", "bundle", "position", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["depot", "bundle"],
            ["bundles.depot", "bundles.position"],
            name=f"fk_{name}_depot_bundle",
            ondelete="CASCADE",
        ),
    )


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("name", NAME, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("privileges", DOCUMENT, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", NAME, nullable=False),
        sa.Column("user", NAME, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("last_accessed", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_table(
        "audit",
        sa.Column("number", SEQUENCE, nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("user", NAME, nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )


def _library() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("spec", DOCUMENT, nullable=False),
        sa.Column("display_name", NAME, nullable=True),
        sa.Column("base_spec", sa.Text(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("owner", name="uq_drafts_owner"),
    )
    op.create_index("ix_drafts_base_spec", "drafts", ["base_spec"])
    op.create_table(
        "specs",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("display_name", NAME, nullable=False),
        sa.Column("spec", DOCUMENT, nullable=False),
        sa.Column("image_hash", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("modified", MOMENT, nullable=False),
        sa.Column("orchestrator_owner", sa.Text(), nullable=True),
        sa.Column("owner_data", sa.Text(), nullable=True),
        sa.Column("locked_by", NAME, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_specs"),
        sa.UniqueConstraint("display_name", name="uq_specs_display_name"),
    )
    op.create_index("ix_specs_image_hash", "specs", ["image_hash"])
    op.create_table(
        "spec_versions",
        sa.Column("spec_id", NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("display_name", NAME, nullable=False),
        sa.Column("author", NAME, nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("spec", DOCUMENT, nullable=False),
        sa.Column("image_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("spec_id", "version", name="pk_spec_versions"),
        sa.ForeignKeyConstraint(["spec_id"], ["specs.id"], name="fk_spec_versions_spec_id", ondelete="CASCADE"),
    )


def _inventory() -> None:
    op.create_table(
        "entities",
        sa.Column("id", NAME, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("cluster", NAME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_entities"),
        sa.ForeignKeyConstraint(["cluster"], ["entities.id"], name="fk_entities_cluster"),
    )
    op.create_index("ix_entities_cluster", "entities", ["cluster"])
    op.create_table(
        "assignments",
        sa.Column("entity", NAME, nullable=False),
        sa.Column("spec_id", NUMBER, nullable=False),
        sa.Column("user", NAME, nullable=False),
        sa.Column("time", MOMENT, nullable=False),
        sa.Column("orchestrator_owner", sa.Text(), nullable=True),
        sa.Column("owner_data", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("entity", name="pk_assignments"),
        sa.ForeignKeyConstraint(["entity"], ["entities.id"], name="fk_assignments_entity", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["spec_id"], ["specs.id"], name="fk_assignments_spec_id"),
    )
    op.create_index("ix_assignments_spec_id", "assignments", ["spec_id"])


def _depots() -> None:
    op.create_table(
        "depots",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("bundle_sha256", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("ownerdata", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_depots"),
        sa.UniqueConstraint("bundle_sha256", name="uq_depots_bundle_sha256"),
    )
    op.create_table(
        "not_understood",
        sa.Column("depot", NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("depot", "position", name="pk_not_understood"),
        sa.ForeignKeyConstraint(["depot"], ["depots.id"], name="fk_not_understood_depot", ondelete="CASCADE"),
    )
    op.create_table(
        "bundles",
        sa.Column("depot", NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("vendor_code", sa.Text(), nullable=False),
        sa.Column("platforms", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("depot", "position", name="pk_bundles"),
        sa.ForeignKeyConstraint(["depot"], ["depots.id"], name="fk_bundles_depot", ondelete="CASCADE"),
    )
    op.create_table(
        "vibs",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_vibs"),
    )
    op.create_index("ix_vibs_sha256", "vibs", ["sha256"])
    op.create_table(
        "uploads",
        sa.Column("file_id", NAME, nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("file_id", name="pk_uploads"),
    )


def _parts() -> None:
    _part(
        "bundle_vibs",
        sa.Column("vib", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["vib"], ["vibs.digest"], name="fk_bundle_vibs_vib", ondelete=None),
    )
    op.create_index("ix_bundle_vibs_vib", "bundle_vibs", ["vib"])
    _part(
        "bulletins",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
    )
    _part(
        "components",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("display_version", sa.Text(), nullable=False),
        sa.Column("bulletin", sa.Integer(), nullable=False),
    )
    _part(
        "base_images",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
    )
    _part(
        "add_ons",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
    )
    _part(
        "hardware_packages",
        sa.Column("manager", sa.Text(), nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
    )
    _part(
        "solutions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("number", SEQUENCE, nullable=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("user", NAME, nullable=False),
        sa.Column("submitted", MOMENT, nullable=False),
        sa.Column("arguments", DOCUMENT, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("target_type", sa.Text(), nullable=True),
        sa.Column("target_id", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cancelable", sa.Boolean(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("started", MOMENT, nullable=True),
        sa.Column("ended", MOMENT, nullable=True),
        sa.Column("completed", NUMBER, nullable=False),
        sa.Column("total", NUMBER, nullable=False),
        sa.Column("progress_message", sa.Text(), nullable=False),
        sa.Column("result", DOCUMENT, nullable=True),
        sa.Column("error", DOCUMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_tasks"),
        sa.UniqueConstraint("id", name="uq_tasks_id"),
    )
    op.create_index("ix_tasks_status_number", "tasks", ["status", "number"])
