"""Which units are graded again by somebody else: a share of them, chosen by their plates.

The same plate is always chosen at the same share, at every station and at the centre, and one that is chosen at a share is chosen
at every larger one. Nobody can tell from the plate's number: it is spread by SHA-256 (FIPS 180-4).
"""

from __future__ import annotations

import hashlib

import msgspec

WHOLE = 1000
"""Shares are parts of this."""


class SecondLookShares(msgspec.Struct, frozen=True, kw_only=True):
    """How many units of a thousand: of everything, of an inspector's, of what got a grade (functional or cosmetic code).

    `bin` is the bin or lane where they wait for their second look; empty: nowhere, they go where they were decided to go.
    """

    share: int = 0
    operators: tuple[tuple[str, int], ...] = ()
    grades: tuple[tuple[str, int], ...] = ()
    bin: str = ""

    def of(self, operator: str, functional: str, cosmetic: str) -> int:
        """What is said of the inspector or of a grade stands in place of the share of everything; the largest of it counts."""
        grades = dict(self.grades)
        said = (dict(self.operators).get(operator), grades.get(functional), grades.get(cosmetic))
        return max((share for share in said if share is not None), default=self.share)


def place(plate: str) -> int:
    """Where a plate stands among `WHOLE`, spread evenly: one that is below a share is chosen."""
    return int.from_bytes(hashlib.sha256(plate.encode()).digest()[:8], "big") % WHOLE


def chosen(plate: str, operator: str, functional: str, cosmetic: str, shares: SecondLookShares) -> bool:
    """Whether the unit that `operator` graded is graded again."""
    return place(plate) < shares.of(operator, functional, cosmetic)
