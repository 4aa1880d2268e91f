"""`imagewright check`: everything that is wrong with a specification, told without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imagewright.cli import terminal
from imagewright.cli.depot_files import (
    DepotsOption,
    MapOption,
    SpecArgument,
    catalog_of,
    problems_told,
    read_spec_file,
    site_settings,
)
from imagewright.cli.findings import findings_text, summary
from imagewright.model.content import AcceptanceLevel

MinimumLevelOption = Annotated[
    AcceptanceLevel | None, typer.Option("--minimum-level", help="The lowest acceptance level that an image may hold.")
]
RequireSignaturesOption = Annotated[
    bool, typer.Option("--require-signatures", help="Every VIB must be signed by a trusted signer.")
]
TrustedSignersOption = Annotated[
    Path | None, typer.Option("--trusted-signers", help="PEM file of the certificates to trust.")
]


def check(
    spec: SpecArgument,
    depot: DepotsOption,
    minimum_level: MinimumLevelOption = None,
    require_signatures: RequireSignaturesOption = False,
    trusted_signers: TrustedSignersOption = None,
    mapping: MapOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Check a specification against depots, without a server.

    What an image may hold are the settings of a server: minimum_acceptance_level, require_signatures and
    trusted_signers, from these options, the environment (IMAGEWRIGHT_REQUIRE_SIGNATURES, ...) or imagewright.toml.
    Of VIBs descriptor and signature are read, and not the payloads.

    Exit code 0: nothing is wrong that would keep it from being committed; 1: it has errors; 2: a file cannot be read.

    Example: imagewright check image.json --depot base.zip --depot add-on.zip
    """
    from imagewright.acceptance import policy_of
    from imagewright.model.compose import compose_spec
    from imagewright.model.documents import finding_document
    from imagewright.model.validate import has_errors, validate

    settings = site_settings(
        minimum_acceptance_level=minimum_level,
        require_signatures=require_signatures or None,
        trusted_signers=trusted_signers,
        mappings=mapping,
    )
    policy = policy_of(settings)
    with problems_told():
        wanted, catalog = read_spec_file(spec), catalog_of(depot, settings)
    # What the library would object to, such as the name, is not known here.
    findings = validate(wanted, compose_spec(wanted, catalog, policy), catalog, None, policy)
    failed = has_errors(findings)
    if json:
        terminal.echo_json({"valid": not failed, "findings": [finding_document(each) for each in findings]})
    else:
        typer.echo(findings_text(findings), nl=False)
        typer.echo(summary(findings))
    raise typer.Exit(1 if failed else 0)
