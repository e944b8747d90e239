"""Requests as the nested dictionaries that sllurp's encoder takes. Loads no sllurp."""

from __future__ import annotations

import struct
from typing import Any

from drivers.rfid.llrp.messages import (
    AddAccess,
    AddRoSpec,
    CloseConnection,
    Configure,
    DeleteAccess,
    DeleteRoSpec,
    EnableAccess,
    EnableEventsAndReports,
    EnableImpinjExtensions,
    EnableRoSpec,
    GetCapabilities,
    Inventory,
    KeepaliveAck,
    ReadWords,
    Request,
    WriteWords,
)
from drivers.rfid.llrp.wire import IMPINJ

Fields = dict[str, Any]  # sllurp's messages are dictionaries all the way down

_GEN2 = 1
_ALL_CAPABILITIES = 0
_NO_END, _AFTER_SO_MANY = 0, 1
_AT_END_OF_ACCESS = 1
_LINK_MONITOR = 38
_EVENTS = ("GPIEvent", "ROSpecEvent", "ReportBufferFillWarning", "ReaderExceptionEvent", "AntennaEvent")


_PLAIN: dict[type[Request], tuple[str, Fields]] = {
    GetCapabilities: ("GET_READER_CAPABILITIES", {"RequestedData": _ALL_CAPABILITIES}),
    EnableImpinjExtensions: ("IMPINJ_ENABLE_EXTENSIONS", {}),
    CloseConnection: ("CLOSE_CONNECTION", {}),
    EnableEventsAndReports: ("ENABLE_EVENTS_AND_REPORTS", {}),
    KeepaliveAck: ("KEEPALIVE_ACK", {}),
}


def message_of(request: Request) -> tuple[str, Fields]:  # noqa: PLR0911 - a table of messages
    """sllurp's name and fields of a message. Raises KeyError for what it has no encoder for."""
    match request:
        case Configure():
            return "SET_READER_CONFIG", _configuration(request)
        case AddRoSpec(inventory=inventory):
            return "ADD_ROSPEC", {"ROSpec": _rospec(inventory)}
        case EnableRoSpec(rospec=rospec):
            return "ENABLE_ROSPEC", {"ROSpecID": rospec}
        case DeleteRoSpec(rospec=rospec):
            return "DELETE_ROSPEC", {"ROSpecID": rospec}
        case AddAccess():
            return "ADD_ACCESSSPEC", {"AccessSpec": _access(request)}
        case EnableAccess(spec=spec):
            return "ENABLE_ACCESSSPEC", {"AccessSpecID": spec}
        case DeleteAccess(spec=spec):
            return "DELETE_ACCESSSPEC", {"AccessSpecID": spec}
        case _:
            return _PLAIN[type(request)]


def _configuration(request: Configure) -> Fields:
    fields: Fields = {
        "ResetToFactoryDefaults": False,
        "ReaderEventNotificationSpec": {"EventNotificationState": dict.fromkeys(_EVENTS, True)},
        "KeepaliveSpec": {"KeepaliveTriggerType": 1, "TimeInterval": request.keepalive_ms},
    }
    if request.link_monitor:
        # Without it a client that died keeps the reader's only slot.
        monitor = struct.pack(">HH", 1, request.link_monitor)
        fields["CustomParameter"] = [{"VendorID": IMPINJ, "Subtype": _LINK_MONITOR, "Payload": monitor}]
    return fields


def _rospec(inventory: Inventory) -> Fields:
    return {
        "ROSpecID": inventory.rospec,
        "Priority": 0,
        "CurrentState": "Disabled",
        "ROBoundarySpec": {
            "ROSpecStartTrigger": {"ROSpecStartTriggerType": "Immediate"},
            "ROSpecStopTrigger": {"ROSpecStopTriggerType": "Null", "DurationTriggerValue": 0},
        },
        "AISpec": [
            {
                "AntennaID": inventory.antennas or (0,),
                "AISpecStopTrigger": {"AISpecStopTriggerType": "Null", "DurationTriggerValue": 0},
                "InventoryParameterSpec": [
                    {
                        "InventoryParameterSpecID": 1,
                        "ProtocolID": _GEN2,
                        "AntennaConfiguration": [_antenna(inventory, each) for each in inventory.antennas or (0,)],
                    }
                ],
            }
        ],
        "ROReportSpec": _report(inventory),
    }


def _antenna(inventory: Inventory, antenna: int) -> Fields:
    command: Fields = {
        "TagInventoryStateAware": False,
        "C1G2SingulationControl": {
            "Session": inventory.session,
            "TagPopulation": inventory.population,
            "TagTransitTime": 0,
        },
    }
    if inventory.mode is not None:
        command["C1G2RFControl"] = {"ModeIndex": inventory.mode, "Tari": 0}
    fields: Fields = {"AntennaID": antenna, "C1G2InventoryCommand": [command]}
    if inventory.power_index is not None:
        fields["RFTransmitter"] = {
            "HopTableId": inventory.hop_table,
            "ChannelIndex": inventory.channel,
            "TransmitPower": inventory.power_index,
        }
    return fields


def _report(inventory: Inventory) -> Fields:
    fields: Fields = {
        "ROReportTrigger": "Upon_N_Tags_Or_End_Of_AISpec",
        "N": inventory.report_every,
        "TagReportContentSelector": {
            "EnableAntennaID": True,
            "EnablePeakRSSI": True,
            "EnableLastSeenTimestamp": True,
            "EnableTagSeenCount": True,
            "EnableAccessSpecID": True,
        },
    }
    if inventory.impinj:
        fields["ImpinjTagReportContentSelector"] = {
            "ImpinjEnableRFPhaseAngle": {"RFPhaseAngleMode": 1},
            "ImpinjEnablePeakRSSI": {"PeakRSSIMode": 1},
        }
    return fields


def _access(request: AddAccess) -> Fields:
    target = request.target
    return {
        "AccessSpecID": request.spec,
        "AntennaID": 0,
        "ProtocolID": _GEN2,
        "CurrentState": False,
        "ROSpecID": request.rospec,
        "AccessSpecStopTrigger": {
            "AccessSpecStopTriggerType": _AFTER_SO_MANY if request.times else _NO_END,
            "OperationCountValue": request.times,
        },
        "AccessCommand": {
            "TagSpecParameter": {
                "C1G2TagSpec": {
                    "C1G2TargetTag": [
                        {
                            "MB": target.bank,
                            "M": True,
                            "Pointer": target.first,
                            "TagMask": "F" * len(target.bits),
                            "TagData": target.bits,
                        }
                    ]
                }
            },
            "OpSpecParameter": [_command(request.command)],
        },
        "AccessReportSpec": {"AccessReportTrigger": _AT_END_OF_ACCESS},
    }


def _command(command: ReadWords | WriteWords) -> Fields:
    common: Fields = {
        "OpSpecID": command.op,
        "AccessPassword": command.password,
        "MB": command.bank,
        "WordPtr": command.first,
    }
    if isinstance(command, ReadWords):
        return {"C1G2Read": common | {"WordCount": command.words}}
    return {"C1G2Write": common | {"WriteDataWordCount": len(command.data) // 2, "WriteData": command.data}}
