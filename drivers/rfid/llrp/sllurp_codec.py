# SPDX-License-Identifier: GPL-3.0-only
"""The codec that stands on sllurp, which is GPL-3.0-only, and so is this module; nothing else in the project imports either.

Only sllurp's encoder and decoder are used, not its client. What a decoder raises is caught here; a report of which one tag cannot
be decoded still gives its others.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from sllurp.llrp import LLRPMessage
from sllurp.llrp_errors import LLRPError
from sllurp.llrp_proto import ConnEvent_Name2Type

from drivers.rfid.llrp.codec import CodecError
from drivers.rfid.llrp.messages import (
    Answer,
    AntennaChanged,
    Attempt,
    BufferFilling,
    BufferOverflowed,
    Capabilities,
    Closed,
    Connected,
    Event,
    ExceptionRaised,
    GetAntennas,
    Incoming,
    InputChanged,
    Keepalive,
    Notification,
    OpResult,
    Report,
    Request,
    RoSpecEnded,
    SetOutput,
    Status,
    TagData,
    Unknown,
)
from drivers.rfid.llrp.sllurp_requests import message_of
from drivers.rfid.llrp.wire import (
    CUSTOM,
    HEADER,
    IMPINJ,
    TV_LENGTHS,
    MessageType,
    Parameter,
    WireError,
    kind_of,
    message,
    parameters,
    tlv,
)

Fields = Mapping[str, Any]  # sllurp's messages are dictionaries all the way down

# It logs every bad message itself, several times over; the session does that once.
logging.getLogger("sllurp").setLevel(logging.CRITICAL)

_RAISED = (LLRPError, struct.error, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
_WANTED_CUSTOM = tuple(struct.pack(">II", IMPINJ, subtype) for subtype in (56, 57))
_RESULTS = frozenset({"C1G2ReadOpSpecResult", "C1G2WriteOpSpecResult"})
_ANTENNA_PROPERTIES = 2
_GPO_WRITE_DATA = 219
_TAG_REPORT_DATA = 240
# sllurp copies the rest of a message for each of its parameters: long ones are decoded in pieces.
_PIECE = 4096
_EPC_DATA = b"\x00\xf1"
_TLV_HEADER = 4
_HIGHEST_TLV = 3
# Lengths of the parameters without one, header included; 0 for unknown.
_TV = tuple(TV_LENGTHS.get(kind, -1) + 1 for kind in range(128))


class SllurpCodec:
    """Without state; one for all readers."""

    def encode(self, request: Request, message_id: int) -> bytes:
        match request:
            case SetOutput(port=port, on=on):
                # sllurp knows GPOWriteData, but has no encoder for it and would leave it out.
                output = tlv(_GPO_WRITE_DATA, struct.pack(">HB", port, on << 7))
                return message(MessageType.SET_READER_CONFIG, message_id, b"\x00" + output)
            case GetAntennas():
                # sllurp puts RequestedData before AntennaID, against LLRP 1.1 17.1.21.
                body = struct.pack(">HBHH", 0, _ANTENNA_PROPERTIES, 0, 0)
                return message(MessageType.GET_READER_CONFIG, message_id, body)
        name, fields = message_of(request)
        encoded: bytes = LLRPMessage(msgdict={name: {"Ver": 1, "ID": message_id, **fields}}).msgbytes
        return encoded

    def decode(self, frame: bytes) -> Incoming:
        if kind_of(frame) == MessageType.RO_ACCESS_REPORT:
            return _report(frame)
        try:
            name, fields = _decoded(frame)
            return _incoming(name, fields, kind_of(frame), int.from_bytes(frame[6:10], "big"))
        except _RAISED as error:
            raise CodecError(f"message of type {kind_of(frame)}: {error!r}") from error


def _decoded(frame: bytes) -> tuple[str, Fields]:
    found = LLRPMessage(msgbytes=frame)
    return found.msgname, found.msgdict[found.msgname]


def _incoming(name: str, fields: Fields, kind: int, message_id: int) -> Incoming:
    if kind == MessageType.KEEPALIVE:
        return Keepalive(message_id)
    if kind == MessageType.READER_EVENT_NOTIFICATION:
        return _notification(fields.get("ReaderEventNotificationData", {}))
    if "LLRPStatus" not in fields:
        return Unknown(kind)
    return Answer(
        kind,
        message_id,
        _status(fields["LLRPStatus"]),
        _capabilities(fields) if kind == MessageType.GET_READER_CAPABILITIES_RESPONSE else None,
        tuple((each["AntennaID"], each["AntennaConnected"]) for each in fields.get("AntennaProperties", ())),
    )


# --- reports ----------------------------------------------------------------------------------------------------------


def _report(frame: bytes) -> Report:
    """What is sound is decoded in runs, what is not tag by tag."""
    tags: list[TagData] = []
    bad = 0
    begin = HEADER.size
    try:
        for parameter in parameters(frame, HEADER.size):
            sound = parameter.kind != _TAG_REPORT_DATA or _sound(frame, parameter)
            if not sound or parameter.end - begin > _PIECE:
                bad += _decode_run(frame, begin, parameter.start, tags)
                begin = parameter.start
            if not sound:
                bad += _decode_wanted(frame, parameter, tags)
                begin = parameter.end
    except WireError as error:
        raise CodecError(f"report of tags: {error}") from error
    bad += _decode_run(frame, begin, len(frame), tags)
    # A tag without an EPC says nothing that could be told from others.
    return Report(tuple(tag for tag in tags if tag.epc), bad)


def _decode_run(frame: bytes, begin: int, end: int, tags: list[TagData]) -> int:
    """Decode frame[begin:end]; how many tags of it could not be."""
    if begin == end:
        return 0
    whole = begin == HEADER.size and end == len(frame)
    try:
        tags += _tags(frame if whole else message(MessageType.RO_ACCESS_REPORT, 0, frame[begin:end]))
    except _RAISED:
        inside = (each for each in parameters(frame, begin, end) if each.kind == _TAG_REPORT_DATA)
        return sum(_decode_wanted(frame, each, tags) for each in inside)
    return 0


def _decode_wanted(frame: bytes, tag: Parameter, tags: list[TagData]) -> int:
    """One tag without what is not needed here: sllurp may know a vendor's parameter otherwise than the vendor does."""
    try:
        wanted = b"".join(_wanted(frame, tag))
        tags += _tags(message(MessageType.RO_ACCESS_REPORT, 0, tlv(_TAG_REPORT_DATA, wanted)))
    except (*_RAISED, WireError):
        return 1
    return 0


def _wanted(frame: bytes, tag: Parameter) -> Iterator[bytes]:
    """Up to the first parameter that is unknown and has no length: what follows that one cannot be found."""
    at = tag.body
    try:
        for parameter in parameters(frame, tag.body, tag.end):
            if not _whole_epc(frame, parameter.start, parameter.end - parameter.start):
                raise WireError("an EPC of another length than it says")
            at = parameter.end
            if parameter.kind != CUSTOM or frame[parameter.body : parameter.body + 8] in _WANTED_CUSTOM:
                yield frame[parameter.start : at]
    except WireError:
        if not frame[at] & 0x80:
            raise


def _tags(frame: bytes) -> list[TagData]:
    _, fields = _decoded(frame)
    return [_tag(each) for each in fields["TagReportData"]]


def _sound(frame: bytes, tag: Parameter) -> bool:
    """Whether a tag's parameters fill it, each of a known length. sllurp would take a torn EPC for a short one."""
    at, end = tag.body, tag.end
    while at < end:
        first = frame[at]
        if first & 0x80:
            length = _TV[first & 0x7F]
        else:
            length = int.from_bytes(frame[at + 2 : at + 4], "big")
            if first > _HIGHEST_TLV or length < _TLV_HEADER or not _whole_epc(frame, at, length):
                return False
        if not length:
            return False
        at += length
    return at == end


def _whole_epc(frame: bytes, at: int, length: int) -> bool:
    """EPCData tells its bits, and has to hold as many; every other parameter passes."""
    if frame[at : at + 2] != _EPC_DATA:
        return True
    bits = int.from_bytes(frame[at + 4 : at + 6], "big")
    return length == _TLV_HEADER + 2 + (bits + 7) // 8


def _tag(fields: Fields) -> TagData:
    get = fields.get
    rssi = get("ImpinjPeakRSSI")
    if rssi is None and (peak := get("PeakRSSI")) is not None:
        rssi = peak * 100
    return TagData(
        fields["EPC"].decode().upper(),
        get("AntennaID"),
        rssi,
        get("LastSeenTimestampUTC", get("FirstSeenTimestampUTC")),
        get("LastSeenTimestampUptime", get("FirstSeenTimestampUptime")),
        get("TagSeenCount"),
        get("ImpinjRFPhaseAngle"),
        () if _RESULTS.isdisjoint(fields) else _results(fields),
    )


def _results(fields: Fields) -> tuple[OpResult, ...]:
    found = []
    if (read := fields.get("C1G2ReadOpSpecResult")) is not None:
        found.append(OpResult(read["OpSpecID"], False, read["Result"], words=bytes(read["ReadData"])))
    if (wrote := fields.get("C1G2WriteOpSpecResult")) is not None:
        found.append(OpResult(wrote["OpSpecID"], True, wrote["Result"], written=wrote["NumWordsWritten"]))
    return tuple(found)


# --- events -----------------------------------------------------------------------------------------------------------


def _notification(data: Fields) -> Notification:
    return Notification(
        tuple(_events(data)),
        data["UTCTimestamp"]["Microseconds"] if "UTCTimestamp" in data else None,
        data["Uptime"]["Microseconds"] if "Uptime" in data else None,
    )


def _events(data: Fields) -> Iterator[Event]:
    for name, fields in data.items():
        match name:
            case "ConnectionAttemptEvent":
                yield Connected(Attempt(ConnEvent_Name2Type[fields["Status"]]))
            case "ConnectionCloseEvent":
                yield Closed()
            case "AntennaEvent":
                yield AntennaChanged(fields["AntennaID"], fields["EventType"] == "Connected")
            case "ReportBufferLevelWarning":
                yield BufferFilling(fields["ReportBufferPercentageFull"])
            case "ReportBufferOverflowErrorEvent":
                yield BufferOverflowed()
            case "ReaderExceptionEvent":
                yield ExceptionRaised(_text(fields["Message"]))
            case "GPIEvent":
                yield InputChanged(fields["GPIPortNumber"], fields["GPIEvent"])
            case "ROSpecEvent" if fields["EventType"] != "Start_of_ROSpec":
                yield RoSpecEnded(fields["ROSpecID"], fields["EventType"] == "Preemption_of_ROSpec")
            case _:
                continue


# --- answers ----------------------------------------------------------------------------------------------------------


def _status(fields: Fields) -> Status:
    name = str(fields.get("StatusCode", "unknown status"))
    said = _text(fields["ErrorDescription"])
    return Status(name == "Success", f"{name}: {said}" if said else name)


def _capabilities(fields: Fields) -> Capabilities:
    device = fields.get("GeneralDeviceCapabilities", {})
    band = fields.get("RegulatoryCapabilities", {}).get("UHFBandCapabilities", {})
    modes = band.get("UHFC1G2RFModeTable", {}).get("UHFC1G2RFModeTableEntry", ())
    tables = band.get("FrequencyInformation", {}).get("FrequencyHopTable", ())
    return Capabilities(
        maker=device.get("DeviceManufacturerName", 0),
        model=device.get("ModelName", 0),
        firmware=_text(device.get("ReaderFirmwareVersion", b"")),
        antennas=device.get("MaxNumberOfAntennaSupported", 0),
        outputs=device.get("GPIOCapabilities", {}).get("NumGPOs", 0),
        utc=device.get("HasUTCClockCapability", True),
        powers=tuple((e["Index"], e["TransmitPowerValue"]) for e in band.get("TransmitPowerLevelTableEntry", ())),
        modes=tuple(each["ModeIdentifier"] for each in modes),
        hop_table=tables[0]["HopTableId"] if tables else 0,
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip("\x00 ")
