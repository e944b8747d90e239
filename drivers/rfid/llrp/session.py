"""One connection's conversation: the greeting, questions and their answers, keepalives, and a clean end. LLRP 1.1 section 20."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from typing import Protocol, TypeVar

from drivers.rfid.llrp.codec import Codec, CodecError
from drivers.rfid.llrp.framing import Broken, Framer
from drivers.rfid.llrp.link import Link
from drivers.rfid.llrp.messages import (
    Answer,
    Attempt,
    CloseConnection,
    Closed,
    Connected,
    DeleteRoSpec,
    EnableRoSpec,
    Incoming,
    Keepalive,
    KeepaliveAck,
    Notification,
    OpResult,
    Question,
    Report,
    Request,
    RoSpecEnded,
    TagData,
    Unknown,
)
from drivers.rfid.llrp.wire import MessageType

GREETING_S = 10.0
ANSWER_S = 5.0
_FAREWELL_S = 1.5
_MISSED = 2
_GRACE = 0.25
_IDS = 1 << 32
_OPS = 1 << 16

_REFUSALS = {
    Attempt.READER_CALLED: "the reader has called another client",
    Attempt.CLIENT_CALLED: "another client holds the reader",
    Attempt.FAILED: "the reader refuses the connection",
}
T = TypeVar("T")
_logger = logging.getLogger(__name__)


class SessionEndedError(Exception):
    """The connection is over or of no use. The message says why, for IT."""


class RefusedError(SessionEndedError):
    """The reader answered a question with an error."""


class Client(Protocol):
    """Who hears what a reader says, on the I/O thread."""

    def tags_read(self, tags: list[TagData]) -> None: ...
    def notified(self, notification: Notification) -> None: ...
    def bad_message(self, reason: str, number: int) -> None: ...


class Session:
    """Lives as long as its link."""

    def __init__(self, link: Link, codec: Codec, client: Client) -> None:
        self._loop = asyncio.get_running_loop()
        self._link = link
        self._codec = codec
        self._client = client
        self._framer = Framer()
        self._ids = itertools.count(1)
        self._ops = itertools.count(1)
        self._waiting: dict[int, tuple[Question, asyncio.Future[Answer]]] = {}
        self._results: dict[int, deque[OpResult]] = {}
        self._resulted: asyncio.Future[None] | None = None
        self._tags: list[TagData] = []
        self._rospec: int | None = None
        self._heard_at = self._loop.time()
        self._greeted: asyncio.Future[Attempt] = self._loop.create_future()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        link.attach(self._received, self.end)

    # --- life ---------------------------------------------------------------------------------------------------------

    async def greeting(self, timeout: float = GREETING_S) -> None:
        """Wait until the reader has spoken; nothing may be sent before. Raises `SessionEndedError` when it refuses."""
        status = await self._first(self._greeted, timeout, f"connected, but no LLRP greeting within {timeout:g} s")
        if status is not Attempt.SUCCESS:
            raise SessionEndedError(_REFUSALS.get(status, f"the reader refuses the connection ({status.name})"))

    async def watch(self, keepalive_s: float) -> None:
        """Never returns: raises `SessionEndedError` when the connection or the inventory ends, or two keepalives are missed."""
        allowed = keepalive_s * (_MISSED + _GRACE)
        while True:
            left = self._heard_at + allowed - self._loop.time()
            if left <= 0:
                raise SessionEndedError(f"no sign of life for {allowed:g} s")
            await asyncio.wait({self._ended}, timeout=left)
            if self._ended.done():
                raise SessionEndedError(self._ended.result())

    def end(self, reason: str) -> None:
        """It is over; the first reason counts."""
        if not self._ended.done():
            self._ended.set_result(reason)
        self._link.abort()

    async def farewell(self, rospec: int) -> None:
        """Switch the radio off and give the reader's only slot back, as far as the reader goes along within a moment."""
        if not self._greeted.done():
            self.end("closed")
            return
        self._rospec = None
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self.accepts(DeleteRoSpec(rospec))
                await self.accepts(CloseConnection())
        except (TimeoutError, SessionEndedError) as error:
            _logger.info("the reader did not say goodbye: %s", error)
        finally:
            self.end("closed")

    # --- questions ----------------------------------------------------------------------------------------------------

    def tell(self, request: Request) -> None:
        """Send what has no answer, or none that anybody waits for."""
        self._link.send(self._codec.encode(request, self._next_id()))

    async def ask(self, question: Question, timeout: float = ANSWER_S) -> Answer:
        """Send and wait for the answer. Raises `RefusedError` where it is an error, `SessionEndedError` where there is none."""
        message_id = self._next_id()
        answered: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting[message_id] = (question, answered)
        what = type(question).__name__
        try:
            self._link.send(self._codec.encode(question, message_id))
            answer = await self._first(answered, timeout, f"no answer to {what} within {timeout:g} s")
        finally:
            del self._waiting[message_id]
        if not answer.status.ok:
            raise RefusedError(f"the reader refuses {what}: {answer.status.text}")
        return answer

    async def accepts(self, question: Question) -> bool:
        """Ask for something that may be refused."""
        try:
            await self.ask(question)
        except RefusedError as error:
            _logger.info("%s", error)
            return False
        return True

    def expect(self) -> int:
        """A number for an access command whose results are to come. Give it to `forget` afterwards."""
        op = next(self._ops) % _OPS or next(self._ops) % _OPS
        self._results[op] = deque()
        return op

    async def outcome(self, op: int, timeout: float) -> OpResult | None:
        """The next result of a command that is expected; None where none comes in time."""
        end = self._loop.time() + timeout
        while not self._results[op] and (left := end - self._loop.time()) > 0:
            self._resulted = self._loop.create_future()
            await self._either(self._resulted, left)
        return self._results[op].popleft() if self._results[op] else None

    def forget(self, op: int) -> None:
        self._results.pop(op, None)

    async def _first(self, wanted: asyncio.Future[T], timeout: float, otherwise: str) -> T:
        await self._either(wanted, timeout)
        if not wanted.done():
            raise SessionEndedError(otherwise)
        return wanted.result()

    async def _either(self, wanted: asyncio.Future[T], timeout: float) -> None:
        """Wait. Raises `SessionEndedError` where the connection ends before that."""
        either: set[asyncio.Future[T] | asyncio.Future[str]] = {wanted, self._ended}
        await asyncio.wait(either, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        if self._ended.done() and not wanted.done():
            raise SessionEndedError(self._ended.result())

    def _next_id(self) -> int:
        return next(self._ids) % _IDS

    # --- what comes in ------------------------------------------------------------------------------------------------

    def _received(self, data: memoryview) -> None:
        for found in self._framer.feed(data):
            if isinstance(found, Broken):
                self._client.bad_message(found.reason, 1)
                continue
            self._heard_at = self._loop.time()
            try:
                incoming = self._codec.decode(found)
            except CodecError as error:
                self._client.bad_message(str(error), 1)
                continue
            self._take(incoming)
        self._hand_on()

    def _take(self, incoming: Incoming) -> None:
        match incoming:
            case Report(tags=tags, bad=bad):
                self._tags += tags
                if bad:
                    self._client.bad_message("tags of a report", bad)
            case Keepalive():
                self.tell(KeepaliveAck())
            case Answer():
                self._answered(incoming)
            case Notification():
                # What came before it goes first.
                self._hand_on()
                self._notified(incoming)
            case Unknown(kind=kind):
                _logger.info("a message of type %s that means nothing here", kind)

    def _hand_on(self) -> None:
        """Tags of all the messages that came together go on together."""
        if not self._tags:
            return
        tags, self._tags = self._tags, []
        if self._results:
            for tag in tags:
                self._take_results(tag)
        self._client.tags_read(tags)

    def _take_results(self, tag: TagData) -> None:
        for result in tag.results:
            if result.op in self._results:
                self._results[result.op].append(result._replace(epc=tag.epc))
                if self._resulted is not None and not self._resulted.done():
                    self._resulted.set_result(None)

    def _answered(self, answer: Answer) -> None:
        question, waiting = self._waiting.get(answer.message_id, (None, None))
        wanted = (question.answer, MessageType.ERROR_MESSAGE) if question is not None else ()
        if waiting is None or waiting.done() or answer.kind not in wanted:
            _logger.info("an answer of type %s that nobody waits for: %s", answer.kind, answer.status.text)
            return
        if isinstance(question, EnableRoSpec) and answer.status.ok:
            # From here on its end is ours; an end before that was another's, which had the same number.
            self._rospec = question.rospec
        waiting.set_result(answer)

    def _notified(self, notification: Notification) -> None:
        self._client.notified(notification)
        for event in notification.events:
            match event:
                case Connected(status=status) if not self._greeted.done():
                    self._greeted.set_result(status)
                case Connected(status=Attempt.SUCCESS):
                    self.end("the reader began anew")
                case Closed():
                    self.end("closed by the reader")
                case RoSpecEnded(rospec=rospec) if rospec == self._rospec:
                    self.end("the reader stopped its inventory")
                case _:
                    continue
