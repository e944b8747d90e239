"""What we say to a reader and what it says to us, as plain values. How they look on the wire is a codec's affair.

Times in microseconds, EPCs in upper-case hex, memory banks as in Gen2: 0 reserved, 1 EPC, 2 TID, 3 user.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, NamedTuple

from drivers.rfid.llrp.wire import MessageType

EPC_BANK, TID_BANK = 1, 2


@dataclass(frozen=True, slots=True)
class GetCapabilities:
    answer: ClassVar = MessageType.GET_READER_CAPABILITIES_RESPONSE


@dataclass(frozen=True, slots=True)
class GetAntennas:
    """Which antennas are connected."""

    answer: ClassVar = MessageType.GET_READER_CONFIG_RESPONSE


@dataclass(frozen=True, slots=True)
class EnableImpinjExtensions:
    answer: ClassVar = MessageType.CUSTOM_MESSAGE


@dataclass(frozen=True, slots=True)
class Configure:
    """Keepalives every so many milliseconds, and the events we want to hear of.

    `link_monitor`: after how many unanswered keepalives an Impinj reader shall free the connection; 0 where it is none.
    """

    keepalive_ms: int
    link_monitor: int = 0
    answer: ClassVar = MessageType.SET_READER_CONFIG_RESPONSE


@dataclass(frozen=True, slots=True)
class SetOutput:
    port: int
    on: bool
    answer: ClassVar = MessageType.SET_READER_CONFIG_RESPONSE


@dataclass(frozen=True, slots=True)
class Inventory:
    """A ROSpec that reads for ever. `antennas` empty: all. None leaves a setting to the reader.

    `power_index` of the reader's table; `hop_table` and `channel` go with it. `report_every` so many tags. `impinj`: report RSSI
    in 1/100 dBm and the phase.
    """

    rospec: int
    antennas: tuple[int, ...] = ()
    power_index: int | None = None
    hop_table: int = 0
    channel: int = 1
    session: int = 1
    population: int = 32
    mode: int | None = None
    report_every: int = 1
    impinj: bool = False


@dataclass(frozen=True, slots=True)
class AddRoSpec:
    inventory: Inventory
    answer: ClassVar = MessageType.ADD_ROSPEC_RESPONSE


@dataclass(frozen=True, slots=True)
class EnableRoSpec:
    rospec: int
    answer: ClassVar = MessageType.ENABLE_ROSPEC_RESPONSE


@dataclass(frozen=True, slots=True)
class DeleteRoSpec:
    """0 deletes all."""

    rospec: int
    answer: ClassVar = MessageType.DELETE_ROSPEC_RESPONSE


@dataclass(frozen=True, slots=True)
class ReadWords:
    """Read so many 16-bit words of a tag's bank. `op` finds the result again."""

    op: int
    bank: int
    first: int
    words: int
    password: int = 0


@dataclass(frozen=True, slots=True)
class WriteWords:
    op: int
    bank: int
    first: int
    data: bytes
    password: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """Tags that have these bits (hex) in a bank, from bit `first` on."""

    bank: int
    first: int
    bits: str


@dataclass(frozen=True, slots=True)
class AddAccess:
    """Do this with the next tag that is the target; `times` over, 0 for every time one is met until it is deleted."""

    spec: int
    rospec: int
    target: Target
    command: ReadWords | WriteWords
    times: int = 1
    answer: ClassVar = MessageType.ADD_ACCESSSPEC_RESPONSE


@dataclass(frozen=True, slots=True)
class EnableAccess:
    spec: int
    answer: ClassVar = MessageType.ENABLE_ACCESSSPEC_RESPONSE


@dataclass(frozen=True, slots=True)
class DeleteAccess:
    """0 deletes all."""

    spec: int
    answer: ClassVar = MessageType.DELETE_ACCESSSPEC_RESPONSE


@dataclass(frozen=True, slots=True)
class CloseConnection:
    answer: ClassVar = MessageType.CLOSE_CONNECTION_RESPONSE


@dataclass(frozen=True, slots=True)
class EnableEventsAndReports:
    """Send what was held back."""


@dataclass(frozen=True, slots=True)
class KeepaliveAck:
    pass


Question = (
    GetCapabilities
    | GetAntennas
    | EnableImpinjExtensions
    | Configure
    | SetOutput
    | AddRoSpec
    | EnableRoSpec
    | DeleteRoSpec
    | AddAccess
    | EnableAccess
    | DeleteAccess
    | CloseConnection
)
"""A request that the reader answers with a message of type `answer`."""

Request = Question | EnableEventsAndReports | KeepaliveAck


# --- what a reader says -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """`text`: the code's name and what the reader adds."""

    ok: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a reader says it is and can. `powers`: index to 1/100 dBm. `modes`: identifiers. `maker`: IANA enterprise number."""

    maker: int = 0
    model: int = 0
    firmware: str = ""
    antennas: int = 0
    outputs: int = 0
    utc: bool = True
    powers: tuple[tuple[int, int], ...] = ()
    modes: tuple[int, ...] = ()
    hop_table: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a request. `kind` is its message type; an ERROR_MESSAGE answers anything."""

    kind: int
    message_id: int
    status: Status
    capabilities: Capabilities | None = None
    antennas: tuple[tuple[int, bool], ...] = ()


class OpResult(NamedTuple):
    """What came of one access command. `code` 0 is success; `words` read; `epc` of the tag, as it was met."""

    op: int
    write: bool
    code: int
    words: bytes = b""
    written: int = 0
    epc: str = ""


class TagData(NamedTuple):
    """One tag of a report. None: the reader left it out. `times` it was seen."""

    epc: str
    antenna: int | None = None
    rssi_cdbm: int | None = None
    seen_utc: int | None = None
    seen_uptime: int | None = None
    times: int | None = None
    phase: int | None = None
    results: tuple[OpResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Tags. `bad`: how many of the report's tags could not be read."""

    tags: tuple[TagData, ...]
    bad: int = 0


class Attempt(IntEnum):
    """ConnectionAttemptEvent, LLRP 1.1 14.2.6.11."""

    SUCCESS = 0
    READER_CALLED = 1
    CLIENT_CALLED = 2
    FAILED = 3
    ANOTHER_TRIED = 4


@dataclass(frozen=True, slots=True)
class Connected:
    status: Attempt


@dataclass(frozen=True, slots=True)
class Closed:
    """The reader is about to close the connection."""


@dataclass(frozen=True, slots=True)
class AntennaChanged:
    antenna: int
    connected: bool


@dataclass(frozen=True, slots=True)
class BufferFilling:
    percent: int


@dataclass(frozen=True, slots=True)
class BufferOverflowed:
    pass


@dataclass(frozen=True, slots=True)
class ExceptionRaised:
    text: str


@dataclass(frozen=True, slots=True)
class InputChanged:
    port: int
    on: bool


@dataclass(frozen=True, slots=True)
class RoSpecEnded:
    """`preempted` by another, or just ended."""

    rospec: int
    preempted: bool


Event = (
    Connected
    | Closed
    | AntennaChanged
    | BufferFilling
    | BufferOverflowed
    | ExceptionRaised
    | InputChanged
    | RoSpecEnded
)


@dataclass(frozen=True, slots=True)
class Notification:
    """Events, and the reader's clock when it sent them: UTC or since it was switched on."""

    events: tuple[Event, ...]
    utc: int | None = None
    uptime: int | None = None


@dataclass(frozen=True, slots=True)
class Keepalive:
    message_id: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message that is none of ours."""

    kind: int


Incoming = Answer | Report | Notification | Keepalive | Unknown
