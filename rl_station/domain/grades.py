"""Condition of a unit: R2 REC functional and cosmetic codes, packaging apart, and dispositions.

Source: SERI R2 Equipment Categorization (REC). C5 and C8 are in use in the field but their names are unconfirmed. F0 is ours:
the REC has no functional code for what does not work, as it has C0 for what has no cosmetic category.
"""

from __future__ import annotations

from collections.abc import Iterable

FUNCTIONAL = ("F0", "F1", "F2", "F3", "F4", "F5", "F6")
COSMETIC = ("C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9")
PACKAGING = ("missing", "damaged", "complete", "sealed")

DISPOSITIONS = (
    "resell",
    "refurbish",
    "repair",
    "replace",
    "recycle",
    "donate",
    "return_to_vendor",
    "liquidate",
    "destroy",
    "hold",
)


def worst(scale: tuple[str, ...], codes: Iterable[str]) -> str:
    """The lowest of these codes on a scale, or the scale's best where there is none.

    Raises ValueError for a code that is not on the scale.
    """
    return min(codes, key=scale.index, default=scale[-1])
