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
from drivers.rfid.llrp.wire import HEADER, MessageType, WireError, kind_of, message, parameters, tlv

Fields = Mapping[str, Any]  # sllurp's messages are dictionaries all the way down

# It logs every bad message itself, several times over; the session does that once.
logging.getLogger("sllurp").setLevel(logging.CRITICAL)

_RAISED = (LLRPError, struct.error, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
# What may also be the work of a parameter that sllurp took for another: then each tag is looked at for itself.
_SUSPECT = frozenset({"SllurpDecodeError", "C1G2ReadOpSpecResult", "C1G2WriteOpSpecResult"})
_ANTENNA_PROPERTIES = 2
_GPO_WRITE_DATA = 219
_TAG_REPORT_DATA = 240
# sllurp copies the rest of a message for each of its parameters: long ones are decoded in pieces.
_PIECE = 4096


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
    tags: list[TagData] = []
    bad = 0
    for piece in _pieces(frame):
        try:
            _, fields = _decoded(piece)
            found = fields["TagReportData"]
            clear = all(_SUSPECT.isdisjoint(each) for each in found)
            decoded = [_tag(each) for each in found] if clear else None
        except _RAISED:
            decoded = None
        if decoded is None:
            bad += _salvaged(piece, tags)
        else:
            tags += decoded
    # A tag without an EPC says nothing that could be told from others.
    return Report(tuple(tag for tag in tags if tag.epc), bad)


def _pieces(frame: bytes) -> Iterator[bytes]:
    """The report again, as several where it is long."""
    if len(frame) <= _PIECE:
        yield frame
        return
    begin = end = HEADER.size
    try:
        for parameter in parameters(frame, HEADER.size):
            if parameter.end - begin > _PIECE and end > begin:
                yield message(MessageType.RO_ACCESS_REPORT, 0, frame[begin:end])
                begin = end
            end = parameter.end
    except WireError as error:
        raise CodecError(str(error)) from error
    yield message(MessageType.RO_ACCESS_REPORT, 0, frame[begin:end])


def _salvaged(frame: bytes, tags: list[TagData]) -> int:
    """Each tag for itself, as far as its parameters are sound; the number of those that could not be read is answered."""
    bad = 0
    try:
        for parameter in parameters(frame, HEADER.size):
            if parameter.kind != _TAG_REPORT_DATA:
                continue
            sound = _sound(frame, parameter.body, parameter.end)
            try:
                _, fields = _decoded(message(MessageType.RO_ACCESS_REPORT, 0, tlv(_TAG_REPORT_DATA, sound)))
                tags.append(_tag(fields["TagReportData"][0]))
            except _RAISED:
                bad += 1
    except WireError as error:
        raise CodecError(str(error)) from error
    return bad


def _sound(frame: bytes, start: int, end: int) -> bytes:
    """The parameters up to the first that has an unknown type and no length: what follows that one cannot be found."""
    at = start
    try:
        for parameter in parameters(frame, start, end):
            at = parameter.end
    except WireError:
        pass
    return frame[start:at]


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
        () if _SUSPECT.isdisjoint(fields) else _results(fields),
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
