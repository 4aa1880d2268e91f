"""Work that goes on after the answer: the kinds of it, and the runner that brings each task to an end.

A job knows storage, blobs and fetchers only as protocols; nothing here knows SQL, HTTP or the wire.
"""
