"""Bytes to values of the model and back: VIBs, bulletins, metadata archives, bundles, specification files.

Everything works on binary file objects, as streams, within `limits`. Nothing here knows paths, networks or clocks. What
is wrong with the bytes is a `FormatError`, and nothing else is. Depots are opened with `bundle.open_depot` and written
with `depot_writer.write_depot`.
"""
