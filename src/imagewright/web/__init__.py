"""HTTP: what clients send becomes a call of `Application.invoke`, and its result or error what they get.

Knows the contract and the application; no operation is done here.
"""
