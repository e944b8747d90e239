"""Giving a tag another EPC, and reading it back. LLRP 1.1 16.2 (access operations), Gen2 6.3.2 (EPC memory).

EPC memory: word 0 is the CRC, word 1 the protocol control bits, whose upper five tell the EPC's length in words, then the EPC.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from drivers.contract import DeviceError, NoSuchTagError
from drivers.rfid.llrp.messages import (
    EPC_BANK,
    TID_BANK,
    AddAccess,
    DeleteAccess,
    EnableAccess,
    OpResult,
    ReadWords,
    Target,
    WriteWords,
)
from drivers.rfid.llrp.session import Session
from drivers.rfid.llrp.startup import ROSPEC

_PC_WORD, _EPC_WORD = 1, 2
_EPC_FIRST_BIT = 0x20
_TID_WORDS = 6
_LENGTH_BITS = 11
_PC_KEPT = 0x07FF
_ATTEMPTS = 3
_LEAST_S = 0.4
_TWINS_S = 0.6
"""So long others with the same EPC may take to answer."""

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
_WITHOUT = frozenset({1, 4})
"""How a tag answers whose TID ends before a number of its own would come."""

_Command = Callable[[int], ReadWords | WriteWords]
"""What to do with a tag, as the AccessSpec of that number."""


def checked_epc(epc: str) -> str:
    """The EPC in upper case. Raises `DeviceError` where it is not whole words in hex."""
    upper = epc.upper()
    if not _HEX_EPC.fullmatch(upper):
        raise DeviceError(f"{epc!r} is no EPC: 4 to 124 hex digits, four at a time")
    return upper


async def write_epc(session: Session, old: str, new: str, timeout: float) -> None:
    """Raises `DeviceError` unless the one tag that held `old` has been read and holds `new`.

    The tag is written by its own number (TID) and not by its EPC, which others may have too: a box of new tags often has one
    EPC on all of them. GS1 EPC Tag Data Standard 2.0, 16.2.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout

    def left(share: int) -> float:
        return max(_LEAST_S, (end - loop.time()) / share)

    tag = Target(TID_BANK, 0, await _only_tag(session, old, left(2)))
    bits = await _protocol_bits(session, tag, old, left(2))
    trouble = ""
    for attempt in range(_ATTEMPTS):
        wrote = await _done(session, tag, _write(old, new, bits), left(_ATTEMPTS - attempt + 1))
        trouble = _trouble(wrote)
        # Whatever the reader says, what the tag answers counts: the answer to the write may have been lost.
        read = await _done(session, tag, _read_all(new), left(_ATTEMPTS - attempt))
        if read is not None and not read.code and _holds(read.words, new):
            return
        if loop.time() >= end or (wrote is not None and wrote.code in _HOPELESS):
            break
    raise DeviceError(f"the tag could not be written: {trouble or 'read back, it does not hold the new EPC'}")


async def _only_tag(session: Session, epc: str, timeout: float) -> str:
    """The TID of the one tag with exactly this EPC; every tag that answers for a while is asked for its own.

    Two tags whose chips have no number of their own tell the same TID, and are taken for one.
    """
    loop = asyncio.get_running_loop()
    numbers: set[str] = set()
    others, failed = False, 0
    end = loop.time() + timeout
    target = Target(EPC_BANK, _EPC_FIRST_BIT, epc)
    async with _at_work(session, target, _read_number, times=0) as op:
        while len(numbers) <= 1 and (left := end - loop.time()) > 0:
            found = await session.outcome(op, left)
            if found is None:
                break
            if found.epc != epc:
                others = True
            elif found.code:
                failed = found.code
            else:
                if not numbers:
                    end = min(end, loop.time() + _TWINS_S)
                numbers.add(found.words.hex().upper())
    if len(numbers) > 1:
        raise DeviceError("more than one tag with this EPC is in the field; take the others away")
    if not numbers:
        raise _no_number(others, failed)
    return numbers.pop()


def _no_number(others: bool, failed: int) -> DeviceError:
    if failed in _WITHOUT:
        return DeviceError("the tag has no number of its own (TID), so that equal tags cannot be told apart")
    if failed:
        return DeviceError(f"the tag cannot be read: {_READ_ERRORS.get(failed, f'error {failed}')}")
    if others:
        return DeviceError("the tag's EPC only begins with this one")
    return NoSuchTagError("no tag with this EPC is in the field")


async def _protocol_bits(session: Session, tag: Target, epc: str, timeout: float) -> int:
    """The PC word of the tag, which has to have exactly this EPC."""
    read = await _done(session, tag, _read_all(epc), timeout)
    if read is None:
        raise DeviceError("the tag has left the field")
    if read.code:
        raise DeviceError(f"the tag cannot be read: {_READ_ERRORS.get(read.code, f'error {read.code}')}")
    if not _holds(read.words, epc):
        raise DeviceError("the tag does not hold this EPC any more")
    return int.from_bytes(read.words[:2], "big")


def _holds(words: bytes, epc: str) -> bool:
    """Whether this EPC and no longer one stands behind the PC word."""
    return int.from_bytes(words[:2], "big") >> _LENGTH_BITS == _words(epc) and words[2:] == bytes.fromhex(epc)


def _read_number(op: int) -> ReadWords:
    return ReadWords(op, TID_BANK, 0, _TID_WORDS)


def _read_all(epc: str) -> _Command:
    return lambda op: ReadWords(op, EPC_BANK, _PC_WORD, 1 + _words(epc))


def _write(old: str, new: str, bits: int) -> _Command:
    data = bytes.fromhex(new)
    if _words(old) == _words(new):
        return lambda op: WriteWords(op, EPC_BANK, _EPC_WORD, data)
    length = (bits & _PC_KEPT | _words(new) << _LENGTH_BITS).to_bytes(2, "big")
    return lambda op: WriteWords(op, EPC_BANK, _PC_WORD, length + data)


async def _done(session: Session, tag: Target, command: _Command, timeout: float) -> OpResult | None:
    """What came of the command; None where the tag was not met in time."""
    async with _at_work(session, tag, command, times=1) as op:
        return await session.outcome(op, timeout)


@asynccontextmanager
async def _at_work(session: Session, tag: Target, command: _Command, times: int) -> AsyncIterator[int]:
    """The command in the reader, which is the number of its results, too; and out of it again, whatever happens: one that stayed
    would write a tag long after nobody waits for it.
    """
    op = session.expect()
    try:
        await session.ask(AddAccess(op, ROSPEC, tag, command(op), times))
        await session.ask(EnableAccess(op))
        yield op
        await session.accepts(DeleteAccess(op))
    except BaseException:
        session.tell(DeleteAccess(op))
        raise
    finally:
        session.forget(op)


def _trouble(wrote: OpResult | None) -> str:
    if wrote is None:
        return "no tag with the old EPC answered"
    return _WRITE_ERRORS.get(wrote.code, f"error {wrote.code}") if wrote.code else ""


def _words(epc: str) -> int:
    return len(epc) // 4
