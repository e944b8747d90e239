"""What the lines of a scale say. Pure. Which dialect it is shows in the line itself.

- `ST,GS,+  1.234kg`: A&D, CAS and most indicators; ST stable, US unstable, OL overload; fields between are passed over.
- `S S     1.234 kg`: Mettler-Toledo SICS; second word S stable, D dynamic, I not now, + overload, - underload.
- `  1.234 kg ?`: the bare weight of a print key; a question mark stands for unstable.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

# Grams of a unit; pound and ounce are the international avoirdupois ones, exact by definition.
_GRAMS = {
    "kg": Decimal(1000),
    "g": Decimal(1),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
    "t": Decimal(1_000_000),
}
_DIGITS = 12

_OVERLOAD = "overload: take something off"
_UNDERLOAD = "underload: the pan is missing or stands against something"
_SICS_STATES = {"I": "not ready", "+": _OVERLOAD, "-": _UNDERLOAD}
_SICS_ERRORS = {
    "ES": "the scale does not know the command it is asked with",
    "ET": "the scale heard the command with transmission errors",
    "EL": "the scale cannot carry out the command it is asked with",
}


@dataclass(frozen=True, slots=True)
class Weight:
    """Grams, rounded to the nearest; below zero when less lies on the scale than when it was tared.

    `bare`: nothing in the line shows that its beginning is there.
    """

    grams: int
    stable: bool
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """The scale answers, but with no weight: `reason` says why."""

    reason: str


def read_line(line: bytes) -> Weight | Trouble | None:
    """What a line without its end says; None for one that is no scale's."""
    text = line.decode("latin-1").strip()
    if "," in text:
        return _indicator(text.split(","))
    words = text.split()
    if words and words[0] == "S":
        return _sics(words[1:])
    if text in _SICS_ERRORS:
        return Trouble(_SICS_ERRORS[text])
    settled = not text.endswith("?")
    return _weight(text.removesuffix("?"), stable=settled, bare=True)


def _indicator(fields: list[str]) -> Weight | Trouble | None:
    value = fields[-1].strip()
    match fields[0].strip().upper():
        case "ST":
            return _weight(value, stable=True)
        case "US":
            return _weight(value, stable=False)
        case "OL":
            return Trouble(_UNDERLOAD if value.startswith("-") else _OVERLOAD)
    return None


def _sics(words: list[str]) -> Weight | Trouble | None:
    match words:
        case [("S" | "D") as state, *value]:
            return _weight(" ".join(value), stable=state == "S")
        case [state]:
            return Trouble(_SICS_STATES[state]) if state in _SICS_STATES else None
    return None


def _weight(text: str, *, stable: bool, bare: bool = False) -> Weight | None:
    text = text.strip()
    negative = text.startswith("-")
    rest = text[1:].lstrip() if text.startswith(("+", "-")) else text
    number = rest[: len(rest) - len(rest.lstrip("0123456789."))]
    factor = _GRAMS.get(rest[len(number) :].strip().lower())
    digits = number.replace(".", "", 1)
    # str.isdigit is also true of other scripts' digits; lstrip above let only ours through.
    if factor is None or not digits.isdigit() or len(digits) > _DIGITS:
        return None
    grams = int((Decimal(number) * factor).to_integral_value(ROUND_HALF_EVEN))
    return Weight(-grams if negative else grams, stable, bare)
