"""The decision a unit label carries in its 2-D code, so that the sort desk works without the network."""

from __future__ import annotations

import msgspec


class UnitLabel(msgspec.Struct, frozen=True):
    """Plate, disposition, client, bin and the version of the rules that decided."""

    unit: str
    disposition: str
    client: str
    bin: str
    rules_version: str
