"""The program the terminal tests run on a PTY: the real app with the real wedge assembler, and a station that writes down
what it is given, one JSON line each, into the file named first. With `--stray` every input also makes what careless
libraries write to standard error."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import sample_views as sample
from scripted_port import GivenScan, ScriptedPort

from drivers.contract import FrameRefused, Read
from drivers.scanner.wedge_assembler import WedgeAssembler
from rl_station.domain.messages import content
from rl_station.tui import Result, ResultTone, TerminalKeys, TerminalScan, View, run
from rl_station.workflow.inputs import Input


class Wedge:
    """The assembler as the screen wants it."""

    def __init__(self) -> None:
        self._assembler = WedgeAssembler("wedge")

    @property
    def waiting(self) -> bool:
        return self._assembler.waiting

    def feed(self, data: bytes, now_ns: int) -> Sequence[TerminalKeys | TerminalScan]:
        return self._pieces(self._assembler.feed(data, now_ns))

    def flush(self, now_ns: int) -> Sequence[TerminalKeys | TerminalScan]:
        return self._pieces(self._assembler.flush(now_ns))

    def _pieces(self, pieces: Sequence[object]) -> Sequence[TerminalKeys | TerminalScan]:
        kept: list[TerminalKeys | TerminalScan] = []
        for piece in pieces:
            if isinstance(piece, Read):
                kept.append(TerminalScan(piece.data))
            elif isinstance(piece, FrameRefused):
                continue
            else:
                kept.append(TerminalKeys(piece.data))  # type: ignore[attr-defined]
        return kept


class RecordingPort(ScriptedPort):
    """Answers every input with its number."""

    def __init__(self, record: TextIO) -> None:
        super().__init__([sample.RECEIVE])
        self._record = record

    def _take(self, given: Input | GivenScan) -> None:
        with self.lock:
            self.given.append(given)
            number = len(self.given)
            if isinstance(given, GivenScan):
                line = {"scan": given.data.decode("latin-1"), "device": given.device, "manual": given.manual}
            else:
                line = {"input": str(given)}
            self._record.write(json.dumps(line) + "\n")
            self._record.flush()
        if "--stray" in sys.argv:
            warnings.warn("STRAY-WARNING", stacklevel=1)
            logging.getLogger("elsewhere").warning("STRAY-LOG")
            print("STRAY-LINE", file=sys.stderr, flush=True)
        view: View = replace(
            sample.RECEIVE, result=Result(ResultTone.GOOD, content(f"Input {number} taken."), "", 100 + number)
        )
        self.send([view])


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w") as record:
        code = run(RecordingPort(record), terminal_input=None if "--no-wedge" in sys.argv else Wedge())
    sys.exit(code)
