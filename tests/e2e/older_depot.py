"""A base depot as they were before there were components: bulletins, VIBs, and an image profile that nobody reads."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from imagewright.formats.bundle import open_depot
from imagewright.formats.depot_writer import write_depot
from imagewright.model.content import Vib

PROFILE = "profiles/ESXi-6.7.0-standard.xml"


def write_older_depot(base: Path, target: Path) -> tuple[Vib, ...]:
    """Writes the VIBs of a base depot of today as an older one, and gives them."""
    with base.open("rb") as file, open_depot(file, base.name) as depot:
        bundles = [
            replace(bundle, base_images=(), components=(), file_name="metadata.zip") for bundle in depot.content.bundles
        ]
        written = BytesIO()
        vibs = write_depot(written, replace(depot.content, bundles=tuple(bundles)), depot.open_vib).vibs
    ids = "".join(f"<vib><vib-id>{vib.id}</vib-id></vib>" for vib in vibs)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == "metadata.zip":
                inner = BytesIO(data)
                with zipfile.ZipFile(inner, "a") as metadata:
                    metadata.writestr(PROFILE, f"<imageprofile><viblist>{ids}</viblist></imageprofile>")
                data = inner.getvalue()
            copy.writestr(name, data)
    return vibs
