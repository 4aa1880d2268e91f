"""`imagewright depot`: looking into depots, and making them."""

from __future__ import annotations

import typer

from imagewright.cli import depot_build, depot_declare, depot_inspect, depot_map, depot_server, depot_verify

app = typer.Typer(name="depot", help="Give a server its depots; look into depots, and make them.", no_args_is_help=True)
for _command in (
    depot_server.add,
    depot_server.ls,
    depot_server.show,
    depot_server.content,
    depot_server.rm,
    depot_server.sync,
    depot_inspect.inspect,
    depot_verify.verify,
    depot_build.build,
    depot_declare.declare,
):
    app.command(_command.__name__)(_command)
app.add_typer(depot_map.app, name="map")
