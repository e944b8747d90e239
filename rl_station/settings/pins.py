"""PINs of supervisors, hashed with Argon2id and the site's pepper.

Whoever steals the settings without the pepper has nothing to try PINs against; a hash copied to another operator fits nobody.
"""

from __future__ import annotations

import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

SHORTEST, LONGEST = 6, 12
"""Digits."""

_RUNS = ("0123456789", "9876543210")
_HASHER = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
"""About 50 ms and 19 MiB on a small machine. RFC 9106; more passes than the least that is advised for so little memory."""


class PinError(ValueError):
    """No PIN that may be set; the message says why."""


def hashed(operator: str, pin: str, pepper: bytes) -> str:
    """What stands in operators.toml. Raises PinError for a PIN that is too easy to guess, or none."""
    if not pin.isascii() or not pin.isdigit() or not SHORTEST <= len(pin) <= LONGEST:
        raise PinError(f"a PIN is {SHORTEST} to {LONGEST} digits")
    if len(set(pin)) < 3 or any(pin in run for run in _RUNS):  # noqa: PLR2004 - two digits in turn are guessed first
        raise PinError("that PIN is among the first that anybody would try")
    return _HASHER.hash(_peppered(operator, pin, pepper))


def matches(operator: str, pin: str, known: str, pepper: bytes) -> bool:
    """Whether it is the PIN that the hash was made of. False for a damaged hash, too."""
    try:
        return bool(_HASHER.verify(known, _peppered(operator, pin, pepper)))
    except (VerificationError, InvalidHashError):
        return False


def _peppered(operator: str, pin: str, pepper: bytes) -> bytes:
    """RFC 2104. The operator is part of it, so that one hash serves nobody else."""
    said = f"{operator}\0{pin}".encode("utf-8", "surrogatepass")
    return hmac.new(pepper, said, hashlib.sha256).hexdigest().encode()
