"""Reads the locations that people give: http, https and file, within what the site allows.

Locations are hostile input. Nothing outside of this package opens a connection to a place that a user named.
"""
