"""The published API as data, and what follows from the data alone.

Operations, types, routes and the two wire dialects (JSON-RPC and plain JSON). Nothing here knows what an operation
does, who may call it, or that HTTP exists.
"""
