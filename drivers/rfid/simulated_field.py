"""The imagined field of a simulated reader: tags that code puts there, each with an EPC memory that can be read and written."""

from __future__ import annotations

from dataclasses import dataclass, replace

KIND = "E2801130"
"""TID of a tag's kind alone: a maker's and a model's number. GS1 TDS 2.0, 16.2."""

RESERVED, EPC, TID, USER = range(4)
_WORD = 2
_LENGTH_BITS = 11
_OVERRUN_READ, _OVERRUN_WRITE, _NO_RESPONSE_READ = 4, 1, 2


@dataclass(frozen=True, slots=True)
class Tag:
    """An EPC in upper-case hex, where it is seen and how loud, in 1/100 dBm. `locked`: cannot be written.

    `tid` in hex: what kind of tag it is and, behind the first 32 bits, which one; it stays when another EPC is written.
    """

    epc: str
    antenna: int = 1
    rssi_cdbm: int = -4500
    locked: bool = False
    tid: str = KIND + "0" * 16

    def has(self, bank: int, first: int, bits: str) -> bool:
        """Whether the bank holds these bits (hex, whole digits) from bit `first` on."""
        return self.bank(bank).hex().upper()[first // 4 :].startswith(bits)

    def bank(self, number: int) -> bytes:
        """Memory as Gen2 has it: in the EPC bank a CRC, here 0, the length bits, and the EPC."""
        if number == EPC:
            bits = len(self.epc) // 4 << _LENGTH_BITS
            return b"\x00\x00" + bits.to_bytes(_WORD, "big") + bytes.fromhex(self.epc)
        return bytes.fromhex(self.tid) if number == TID else bytes(8)


def read_words(tag: Tag, bank: int, first: int, words: int) -> tuple[int, bytes]:
    """C1G2Read: a result code, 0 for success, and what was read."""
    memory = tag.bank(bank)
    if (first + words) * _WORD > len(memory):
        return _OVERRUN_READ, b""
    end = (first + words) * _WORD if words else len(memory)
    return 0, memory[first * _WORD : end]


def write_words(tag: Tag, bank: int, first: int, data: bytes) -> tuple[int, Tag]:
    """C1G2Write to the EPC bank: a result code, 0 for success, and the tag as it is then."""
    if tag.locked:
        return 2, tag
    memory = tag.bank(EPC)
    room = max(len(memory), 2 * _WORD + 31 * _WORD) if first == 1 else len(memory)
    if bank != EPC or first == 0 or first * _WORD + len(data) > room:
        return _OVERRUN_WRITE, tag
    memory = memory[: first * _WORD] + data + memory[first * _WORD + len(data) :]
    words = int.from_bytes(memory[_WORD : 2 * _WORD], "big") >> _LENGTH_BITS
    epc = memory[2 * _WORD : (2 + words) * _WORD]
    return 0, replace(tag, epc=epc.hex().upper())
