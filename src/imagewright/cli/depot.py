"""`imagewright depot`: looking into depots, and making them."""

from __future__ import annotations

import typer

from imagewright.cli import depot_build, depot_declare, depot_inspect, depot_map

app = typer.Typer(help="Look into depots, and make them.", no_args_is_help=True)
app.command("inspect")(depot_inspect.inspect)
app.command("build")(depot_build.build)
app.add_typer(depot_map.app, name="map")
app.command("declare")(depot_declare.declare)
