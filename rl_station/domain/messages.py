"""What the domain says to people: codes with parameters. Only i18n and tui turn them into text."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Parameter = str | int


class Message(msgspec.Struct, frozen=True, order=True):
    """A message code with its parameters, sorted by name so that equal messages are equal values.

    The code `text` carries site content (a question, a product name) verbatim in its parameter `text`.
    """

    code: str
    params: tuple[tuple[str, Parameter], ...] = ()

    @property
    def mapping(self) -> Mapping[str, Parameter]:
        return dict(self.params)


class Refusal(msgspec.Struct, frozen=True):
    """An input that was not accepted, and why.

    `blocking`: a blind next scan could do harm, so nothing but ACK and UNDO is taken until acknowledged. `unit`: as in
    `events.ScanRefused`.
    """

    code: str
    params: tuple[tuple[str, Parameter], ...] = ()
    blocking: bool = False
    unit: str = ""

    @property
    def message(self) -> Message:
        return Message(self.code, self.params)


def message(code: str, /, **params: Parameter) -> Message:
    return Message(code, tuple(sorted(params.items())))


def content(text: str) -> Message:
    """Site content that is shown as it stands in config."""
    return Message("text", (("text", text),))


def refuse(code: str, /, *, blocking: bool = False, **params: Parameter) -> Refusal:
    return Refusal(code, tuple(sorted(params.items())), blocking)


def wrong_place(unit: str, code: str, /, **params: Parameter) -> Refusal:
    """The alarm of a unit that was about to go where it does not belong: it is told of the unit, too."""
    return Refusal(code, tuple(sorted({**params, "unit": unit}.items())), blocking=True, unit=unit)
