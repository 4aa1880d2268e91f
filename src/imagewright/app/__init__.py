"""What the server does: one synchronous function for each operation, and `invoke`, the only way to them.

Knows the contract, the model and the formats. The database, files and the network come in through `ports`; HTTP, SQL
and the command line are not known here.
"""
