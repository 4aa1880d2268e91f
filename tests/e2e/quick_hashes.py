"""Hashes of passwords that take no time: nearly every test logs in, and few are about what that costs.

They are argon2id as those of the server, which checks each by the parameters that stand in it, and takes a tenth of a
second for one of its own.
"""

from __future__ import annotations

from argon2 import PasswordHasher

quick_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash
"""The hash of a password, in the PHC string format."""
