"""A client of the server over REST, driven by the declared operations.

Sees the contract and the errors of the model. Knows no terminal, and nothing of how a server works.
"""
