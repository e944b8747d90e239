"""Packets of SSI in and out: checksums of the published examples, and finding one's footing again."""

from __future__ import annotations

import random

import pytest

from drivers.scanner.ssi_packets import CONTINUATION, RETRANSMIT, SCANNER, Broken, Noise, Packet, PacketReader, checksum


def from_scanner(data: bytes, opcode: int = 0xF3, status: int = 0) -> bytes:
    return Packet(opcode, data, status, SCANNER).encoded()


CODE = from_scanner(b"\x01NR")


@pytest.mark.parametrize(
    ("body", "two_bytes"),
    [
        ("07 f3 00 00 01 4e 52", "fe 65"),
        ("05 00 04 00 00", "ff f7"),
        ("04 10 04 00", "ff e8"),
        ("05 00 04 00 12", "ff e5"),
        ("04 d0 04 00", "ff 28"),
    ],
)
def test_the_checksums_of_known_packets_are_right(body: str, two_bytes: str) -> None:
    assert checksum(bytes.fromhex(body)) == bytes.fromhex(two_bytes)


def test_a_packet_is_written_as_the_guide_writes_it() -> None:
    assert bytes.fromhex("07 f3 00 00 01 4e 52 fe 65") == CODE
    assert Packet(0xD0).encoded() == bytes.fromhex("04 d0 04 00 ff 28")


def test_what_does_not_fit_one_packet_is_not_cut_off() -> None:
    assert Packet(0xE6, b"x" * 251).encoded()[0] == 255
    with pytest.raises(ValueError, match="at most 251 bytes"):
        Packet(0xE6, b"x" * 252).encoded()


def test_a_packet_is_read_whole_however_it_is_torn() -> None:
    for cut in range(len(CODE)):
        reader = PacketReader()
        found = reader.feed(CODE[:cut]) + reader.feed(CODE[cut:])
        assert found == [Packet(0xF3, b"\x01NR", 0, SCANNER)]
        assert not reader.pending


def test_the_status_byte_tells_of_repetition_and_continuation() -> None:
    (packet,) = PacketReader().feed(from_scanner(b"\x01A", status=RETRANSMIT | CONTINUATION))
    assert isinstance(packet, Packet)
    assert (packet.repeated, packet.continued) == (True, True)


def test_a_changed_byte_makes_a_packet_broken_and_the_next_is_read() -> None:
    for place in range(4, len(CODE)):
        changed = bytearray(CODE)
        changed[place] ^= 0x10
        found = PacketReader().feed(bytes(changed) + CODE)
        assert found == [Broken(9, bytes(changed), False), Packet(0xF3, b"\x01NR", 0, SCANNER)]


def test_noise_and_wake_up_bytes_before_a_packet_are_passed_over() -> None:
    assert PacketReader().feed(b"\x00\x00hello \xff\xf3\x07" + CODE) == [Packet(0xF3, b"\x01NR", 0, SCANNER)]


def test_what_is_no_packet_is_noise_when_silence_comes() -> None:
    reader = PacketReader()
    assert reader.feed(b"\x001Z999AA10123456784\r") == []
    assert reader.silence() == [Noise(19, b"1Z999AA10123456784\r")]
    assert reader.silence() == []


def test_half_a_packet_is_broken_when_silence_comes() -> None:
    reader = PacketReader()
    assert reader.feed(CODE[:-1]) == []
    assert reader.silence() == [Broken(8, CODE[:-1], False)]
    assert reader.feed(CODE) == [Packet(0xF3, b"\x01NR", 0, SCANNER)]


def test_a_code_without_any_character_is_no_packet() -> None:
    assert PacketReader().feed(from_scanner(b"\x01") + CODE) == [Packet(0xF3, b"\x01NR", 0, SCANNER)]


def test_any_noise_leaves_the_reader_able_to_read_after_a_silence() -> None:
    chance = random.Random(5)  # noqa: S311 - noise, not a secret
    for _ in range(200):
        reader = PacketReader()
        reader.feed(chance.randbytes(chance.randrange(600)))
        reader.silence()
        assert reader.feed(CODE)[-1:] == [Packet(0xF3, b"\x01NR", 0, SCANNER)]


def test_binary_noise_at_full_speed_is_passed_over_quickly() -> None:
    noise = bytes(random.Random(9).choices(range(1, 4), k=200_000))  # noqa: S311 - noise, not a secret
    reader = PacketReader()
    for start in range(0, len(noise), 4096):
        reader.feed(noise[start : start + 4096])
    assert reader.feed(CODE) == [Packet(0xF3, b"\x01NR", 0, SCANNER)]
