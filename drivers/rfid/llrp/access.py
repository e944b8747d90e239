"""Giving a tag another EPC, and reading it back. LLRP 1.1 16.2 (access operations), Gen2 6.3.2 (EPC memory).

EPC memory: word 0 is the CRC, word 1 the protocol control bits, whose upper five tell the EPC's length in words, then the EPC.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from drivers.contract import DeviceError
from drivers.rfid.llrp.messages import (
    EPC_BANK,
    AddAccess,
    DeleteAccess,
    EnableAccess,
    OpResult,
    ReadWords,
    WriteWords,
)
from drivers.rfid.llrp.session import Session
from drivers.rfid.llrp.startup import ROSPEC

_PC_WORD, _EPC_WORD = 1, 2
_LENGTH_BITS = 11
_PC_KEPT = 0x07FF
_ATTEMPTS = 3
_LEAST_S = 0.4
_HEX_EPC = re.compile(r"(?:[0-9A-F]{4}){1,31}")

_WRITE_ERRORS = {
    1: "the EPC is too long for the tag",
    2: "the tag's EPC is locked",
    3: "not enough power to write",
    4: "the tag reports an error",
    5: "the tag did not answer",
    6: "the reader reports an error",
    7: "wrong access password",
}
_HOPELESS = frozenset({1, 2, 7})
_READ_ERRORS = {
    1: "the tag reports an error",
    2: "the tag did not answer",
    3: "the reader reports an error",
    4: "the tag has no such memory",
    5: "the tag's memory is locked",
    6: "wrong access password",
}


def checked_epc(epc: str) -> str:
    """The EPC in upper case. Raises `DeviceError` where it is not whole words in hex."""
    upper = epc.upper()
    if not _HEX_EPC.fullmatch(upper):
        raise DeviceError(f"{epc!r} is no EPC: 4 to 124 hex digits, four at a time")
    return upper


async def write_epc(session: Session, old: str, new: str, timeout: float) -> None:
    """Raises `DeviceError` unless a tag has been read that holds `new` where one held `old` before."""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout

    def left(share: int) -> float:
        return max(_LEAST_S, (end - loop.time()) / share)

    bits = await _protocol_bits(session, old, left(2))
    trouble = ""
    for attempt in range(_ATTEMPTS):
        wrote = await _done(session, old, _write(old, new, bits), left(_ATTEMPTS - attempt + 1))
        trouble = _trouble(wrote)
        # Whatever the reader says, what the tag answers counts: the answer to the write may have been lost.
        read = await _done(session, new, _read_all(new), left(_ATTEMPTS - attempt))
        if read is not None and not read.code and read.words[2:] == bytes.fromhex(new):
            return
        if loop.time() >= end or (wrote is not None and wrote.code in _HOPELESS):
            break
    raise DeviceError(f"the tag could not be written: {trouble or 'read back, it does not hold the new EPC'}")


async def _protocol_bits(session: Session, epc: str, timeout: float) -> int:
    """The PC word of the tag with exactly this EPC."""
    read = await _done(session, epc, _read_all(epc), timeout)
    if read is None:
        raise DeviceError("no tag with this EPC is in the field")
    if read.code:
        raise DeviceError(f"the tag cannot be read: {_READ_ERRORS.get(read.code, f'error {read.code}')}")
    bits = int.from_bytes(read.words[:2], "big")
    if bits >> _LENGTH_BITS != _words(epc) or read.words[2:] != bytes.fromhex(epc):
        raise DeviceError("the tag's EPC only begins with this one")
    return bits


def _read_all(epc: str) -> Callable[[int], ReadWords]:
    return lambda op: ReadWords(op, EPC_BANK, _PC_WORD, 1 + _words(epc))


def _write(old: str, new: str, bits: int) -> Callable[[int], WriteWords]:
    data = bytes.fromhex(new)
    if _words(old) == _words(new):
        return lambda op: WriteWords(op, EPC_BANK, _EPC_WORD, data)
    length = (bits & _PC_KEPT | _words(new) << _LENGTH_BITS).to_bytes(2, "big")
    return lambda op: WriteWords(op, EPC_BANK, _PC_WORD, length + data)


async def _done(
    session: Session, epc: str, command: Callable[[int], ReadWords | WriteWords], timeout: float
) -> OpResult | None:
    """What came of the command; None where no tag with this EPC was met in time. The number of the result is the AccessSpec's."""
    op = session.expect()
    try:
        await session.ask(AddAccess(op, ROSPEC, epc, command(op)))
        await session.ask(EnableAccess(op))
        done = await session.outcome(op, timeout)
        await session.accepts(DeleteAccess(op))
        return done
    finally:
        session.forget(op)


def _trouble(wrote: OpResult | None) -> str:
    if wrote is None:
        return "no tag with the old EPC answered"
    return _WRITE_ERRORS.get(wrote.code, f"error {wrote.code}") if wrote.code else ""


def _words(epc: str) -> int:
    return len(epc) // 4
