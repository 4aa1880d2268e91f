"""Options of both commands that write an image as files, with a server and without."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

BundleOption = Annotated[Path | None, typer.Option("--bundle", help="Write an offline bundle to this file.")]
IsoOption = Annotated[
    Path | None, typer.Option("--iso", help="Write an installer disc of the default image to this file: experimental.")
]
SbomOption = Annotated[
    Path | None,
    typer.Option("--sbom", help="Write a bill of materials (CycloneDX JSON) of the default image to this file."),
]
OnlyDefaultOption = Annotated[bool, typer.Option("--only-default-image", help="Leave the alternative images out.")]
SkipReservedOption = Annotated[
    bool, typer.Option("--skip-reserved-vibs", help="Leave out of the bundle the VIBs that are not installed.")
]
