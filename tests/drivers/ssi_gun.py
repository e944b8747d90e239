"""An SSI scanner on a pseudo terminal that keeps to the protocol, in its own words: it shares no code with our side."""

from __future__ import annotations

import errno
import os
import select
import threading
import time
from pathlib import Path

from scanner_bench import PtyPort

PART = 200
ATTEMPTS = 3


def packet(opcode: int, data: bytes = b"", status: int = 0) -> bytes:
    body = bytes((4 + len(data), opcode, 0, status)) + data
    return body + (0x10000 - sum(body)).to_bytes(2, "big")


class SsiGun:
    """Answers the host on a thread of its own until closed.

    `shoot` waits for the ACK of every packet up to `patience_s`, sends again on a NAK or in its absence, and gives up after the
    third time. `deaf`: it never hears an ACK. `spoil`: so many of the next packets leave it damaged.
    """

    def __init__(self, link: Path, *, patience_s: float = 5.0, revision: bytes = b"PAABBS00-001-R01 DS9908") -> None:
        self.port = PtyPort(link)
        self.deaf = False
        self.dumb = False
        self.spoil = 0
        self.sent = 0
        self.commands: list[bytes] = []
        self._patience_s = patience_s
        self._revision = revision
        self._answers: list[int] = []
        self._changed = threading.Condition()
        self._wire = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._listen, name="ssi-gun", daemon=True)
        self._thread.start()

    def shoot(self, code: bytes, kind: int = 0x03) -> bool:
        """Whether the host acknowledged every packet of it."""
        pieces = [code[start : start + PART] for start in range(0, len(code), PART)]
        return all(
            self._sent(bytes((kind,)) + piece, 0 if number == len(pieces) - 1 else 2)
            for number, piece in enumerate(pieces)
        )

    def shoot_blindly(self, code: bytes, kind: int = 0x03) -> None:
        """As with handshaking switched off: nothing is waited for."""
        pieces = [code[start : start + PART] for start in range(0, len(code), PART)]
        for number, piece in enumerate(pieces):
            self.port.send(packet(0xF3, bytes((kind,)) + piece, 0 if number == len(pieces) - 1 else 2))

    def heard(self, opcode: int, *, times: int = 1) -> bytes:
        """The data of the command that the host sent; waits for it."""
        with self._changed:
            assert self._changed.wait_for(lambda: sum(each[0] == opcode for each in self.commands) >= times, 20), (
                self.commands
            )
            return [each[1:] for each in self.commands if each[0] == opcode][times - 1]

    def close(self) -> None:
        self._closing = True
        self._thread.join()
        self.port.unplug()

    def unplug(self) -> None:
        with self._wire:
            self.port.unplug()

    def plug(self) -> None:
        with self._wire:
            self.port.plug()

    def _sent(self, data: bytes, status: int) -> bool:
        for attempt in range(ATTEMPTS):
            raw = packet(0xF3, data, status | bool(attempt))
            if self.spoil:
                self.spoil -= 1
                raw = raw[:-1] + bytes((raw[-1] ^ 0x55,))
            with self._changed:
                self._answers.clear()
                self.port.send(raw)
                self.sent += 1
                self._changed.wait_for(lambda: bool(self._answers), self._patience_s)
                if self._answers[:1] == [0xD0]:
                    return True
        return False

    # --- what the host says -------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        pending = b""
        while not self._closing:
            pending += self._read()
            while pending and pending[0] == 0:
                pending = pending[1:]
            if pending and len(pending) >= (end := pending[0] + 2):
                self._take(pending[:end])
                pending = pending[end:]

    def _read(self) -> bytes:
        """What the host has sent within a moment."""
        with self._wire:
            master = self.port.master
            try:
                if master is not None and select.select([master], [], [], 0.005)[0]:
                    return os.read(master, 4096)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
        # Nobody has the other side open, or it is not plugged in; let others have the wire.
        time.sleep(0.001)
        return b""

    def _take(self, raw: bytes) -> None:
        opcode, source, data = raw[1], raw[2], raw[4:-2]
        assert source == 4
        assert (sum(raw[:-2]) + int.from_bytes(raw[-2:], "big")) & 0xFFFF == 0
        with self._changed:
            if opcode in (0xD0, 0xD1):
                if not self.deaf:
                    self._answers.append(opcode)
            else:
                self.commands.append(bytes((opcode,)) + data)
                if not self.dumb:
                    self.port.send(packet(0xA4, self._revision) if opcode == 0xA3 else packet(0xD0))
            self._changed.notify_all()
