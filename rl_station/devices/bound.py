"""What the configuration became: devices that were made, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.contract import Printer, Scale, Scanner, TagReader
from rl_station.devices.lights import Outputs


@dataclass(frozen=True, slots=True)
class BoundScanner:
    """A configured scanner, scale or tag reader (see `kind`) with its driver's name. `failure`: why it could not be made.

    `silence_s`: after so many seconds without a sign of life it is looked after; 0 never. `settings` is what it was made
    from: where these are equal, the device is the same. `outputs`: the lamps at a tag reader.
    """

    name: str
    driver: str
    scanner: Scanner | Scale | TagReader | None
    debounce_ms: int = 0
    failure: str = ""
    kind: str = "scanner"
    silence_s: float = 0
    settings: object = None
    outputs: Outputs = field(default_factory=Outputs)


@dataclass(frozen=True, slots=True)
class BoundPrinter:
    """As `BoundScanner`, for a printer. `timeout` in seconds, `dpi` of its print head."""

    name: str
    driver: str
    printer: Printer | None
    dpi: int = 203
    timeout: float = 5.0
    failure: str = ""
    settings: object = None

    @property
    def kind(self) -> str:
        return "printer"


Bound = BoundScanner | BoundPrinter


@dataclass(frozen=True, slots=True)
class Changes:
    """Names of devices that a new configuration brought, took away and changed; `reordered` where only their order is new.

    `places`: tag readers look at other places, or other limits hold there.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reordered: bool = False
    places: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.reordered or self.places)


def goes_on(before: Bound | None, after: Bound) -> bool:
    """Whether a device works on through a change: it is the very same, or only what the station does with its reads is new."""
    if isinstance(before, BoundScanner) and isinstance(after, BoundScanner) and before.scanner is not None:
        return before.scanner is after.scanner
    return before is after


def changes(before: dict[str, Bound], after: dict[str, Bound]) -> Changes:
    """What is different. A device is unchanged where it is the very same object."""
    kept = [name for name in after if before.get(name) is after[name]]
    return Changes(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name in after if name in before and name not in kept),
        reordered=kept != [name for name in before if name in kept],
    )
