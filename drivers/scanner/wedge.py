"""The keyboard wedge: a scanner that types. Its bytes come in through the terminal, mixed with real keys."""

from __future__ import annotations

from drivers.contract import DeviceState, Keys, Listener, StateChange
from drivers.framing import MAX_LENGTH, terminators_named
from drivers.scanner.wedge_assembler import Burst, Piece, WedgeAssembler


class WedgeScanner:
    """The wedge as a device. The terminal's input thread feeds it; reads go to the listener, keys come back."""

    def __init__(  # noqa: PLR0913 - one option per setting of the scanner
        self,
        *,
        name: str,
        max_mean_gap_ms: int = 30,
        min_length: int = 5,
        terminators: tuple[str, ...] = ("CR", "LF"),
        prefix: str = "",
        suffix: str = "",
        max_length: int = MAX_LENGTH,
        symbology_id: bool = False,
    ) -> None:
        ends = b"".join(terminators_named(terminators))
        affixes = prefix.encode("latin-1"), suffix.encode("latin-1")
        burst = Burst(max_mean_gap_ms, min_length, ends, *affixes, max_length, symbology_id)
        self._name = name
        self._assembler = WedgeAssembler(name, burst)
        self._listener: Listener | None = None

    @property
    def name(self) -> str:
        return self._name

    def start(self, listener: Listener) -> None:
        self._listener = listener
        listener(StateChange(self._name, DeviceState.READY))

    def stop(self) -> None:
        self._listener = None

    @property
    def waiting(self) -> bool:
        """As `WedgeAssembler.waiting`."""
        return self._assembler.waiting

    def feed(self, data: bytes, now_ns: int) -> list[Keys]:
        """Bytes of the terminal in, typed keys out; scans and refusals are reported to the listener meanwhile."""
        return self._report(self._assembler.feed(data, now_ns))

    def flush(self, now_ns: int) -> list[Keys]:
        """As `WedgeAssembler.flush`."""
        return self._report(self._assembler.flush(now_ns))

    def _report(self, pieces: list[Piece]) -> list[Keys]:
        keys: list[Keys] = []
        for piece in pieces:
            if isinstance(piece, Keys):
                keys.append(piece)
            elif self._listener is not None:
                self._listener(piece)
        return keys
