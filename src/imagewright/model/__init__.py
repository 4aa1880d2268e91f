"""The pure core: what an image is made of, what comes out, and what is wrong with it.

Standard library only. Nothing in this package does input or output, reads a clock, or knows SQL, HTTP or the wire.
"""
