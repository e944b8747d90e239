"""Scanners in the network: called, calling, and behind a serial server."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import serial
import serial.rfc2217
from scanner_bench import QUICK, CallingScanner, Collector

from drivers.contract import DeviceState
from drivers.scanner.tcp import tcp_scanner
from drivers.scanner.wire import WireScanner
from drivers.transport.serial_port import Backoff


@contextmanager
def reading(**options: object) -> Iterator[tuple[WireScanner, Collector]]:
    heard = Collector()
    scanner = tcp_scanner(name="it", backoff=QUICK, **options)  # type: ignore[arg-type]  # test options
    scanner.start(heard)
    try:
        yield scanner, heard
    finally:
        scanner.stop()


def test_a_scanner_server_is_called_and_called_again() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        reading(address=f"127.0.0.1:{server.getsockname()[1]}") as (_, heard),
    ):
        for number in range(1, 4):
            peer, _ = server.accept()
            with peer:
                peer.sendall(b"CODE %d\r\nHALF" % number)
                heard.wait_codes(number)
            heard.wait_state(DeviceState.LOST, "closed by the other side", times=number)
        assert heard.codes == [b"CODE 1", b"CODE 2", b"CODE 3"]


def test_until_a_scanner_calls_it_is_absent_and_the_place_is_told() -> None:
    calling = CallingScanner()
    with reading(listen=calling.address) as (_, heard):
        heard.wait_state(DeviceState.ABSENT, f"nobody has connected to {calling.address}")
        calling.call()
        heard.wait_state(DeviceState.READY)
        calling.send(b"FIRST\r")
        assert heard.wait_codes(1) == [b"FIRST"]
        calling.hang_up()
        heard.wait_state(DeviceState.ABSENT, times=2)
        assert (DeviceState.LOST, "closed by the other side") in heard.states
    assert [state for state, _ in heard.states].count(DeviceState.ABSENT) == 2


def test_a_call_is_taken_at_once_however_long_nobody_has_called() -> None:
    calling, heard = CallingScanner(), Collector()
    scanner = tcp_scanner(name="it", listen=calling.address, backoff=Backoff(first=3600.0, ceiling=3600.0))
    scanner.start(heard)
    heard.wait_state(DeviceState.ABSENT)
    calling.call()
    heard.wait_state(DeviceState.READY)
    scanner.stop()
    calling.hang_up()


def test_one_that_is_started_again_tells_again_that_nobody_has_called() -> None:
    calling, heard = CallingScanner(), Collector()
    scanner = tcp_scanner(name="it", listen=calling.address)
    for times in (1, 2):
        scanner.start(heard)
        heard.wait_state(DeviceState.ABSENT, times=times)
        scanner.stop()


def test_of_several_connections_the_newest_counts_and_the_old_one_is_closed() -> None:
    old = CallingScanner()
    new = CallingScanner()
    new.address = old.address
    with reading(listen=old.address) as (_, heard):
        old.call()
        heard.wait_state(DeviceState.READY)
        old.send(b"FROM THE OLD\rHALF A CO")
        heard.wait_codes(1)
        new.call()
        heard.wait_state(DeviceState.LOST, "replaced by a newer connection")
        heard.wait_state(DeviceState.READY, times=2)
        assert old.receive(1) == b""
        new.send(b"FROM THE NEW\r")
        assert heard.wait_codes(2) == [b"FROM THE OLD", b"FROM THE NEW"]
        assert [(refused.reason, refused.head) for refused in heard.refused] == [("no terminator", b"HALF A CO")]
    old.hang_up()
    new.hang_up()


def test_codes_that_an_old_connection_has_brought_are_taken_before_it_is_replaced() -> None:
    old = CallingScanner()
    new = CallingScanner()
    new.address = old.address
    codes = [b"%04d" % number for number in range(3000)]
    with reading(listen=old.address) as (_, heard):
        old.call()
        heard.wait_state(DeviceState.READY)
        old.send(b"\r".join([*codes, b""]))
        new.call()
        assert heard.wait_codes(3000) == codes
        heard.wait_state(DeviceState.LOST, "replaced by a newer connection")
    old.hang_up()
    new.hang_up()


def test_a_tone_goes_to_the_scanner_that_called() -> None:
    calling = CallingScanner()
    with reading(listen=calling.address, good="\x06") as (scanner, heard):
        calling.call()
        heard.wait_state(DeviceState.READY)
        scanner.good()
        assert calling.receive(1) == b"\x06"
    calling.hang_up()


def test_a_place_that_is_taken_is_told_and_used_when_it_is_free() -> None:
    calling = CallingScanner()
    host, _, number = calling.address.partition(":")
    with socket.create_server((host, int(number))) as taken, reading(listen=calling.address) as (_, heard):
        heard.wait_state(DeviceState.LOST, "address in use")
        taken.close()
        heard.wait_state(DeviceState.ABSENT)
        calling.call()
        heard.wait_state(DeviceState.READY)
    calling.hang_up()


def test_waiting_for_a_call_does_not_hold_up_stop() -> None:
    calling = CallingScanner()
    with reading(listen=calling.address) as (_, heard):
        heard.wait_state(DeviceState.ABSENT)
    assert not [thread for thread in threading.enumerate() if thread.name == "port-it"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(calling.address.rpartition(":")[2])))


def test_a_place_that_this_machine_does_not_have_is_told() -> None:
    with reading(listen="192.0.2.1:4001") as (_, heard):
        heard.wait_state(DeviceState.LOST, "no such address on this machine")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"address": "10.0.0.21"}, "has to look like socket://host:port"),
        ({"listen": "4001"}, "has to look like tcp://host:port"),
        ({"address": "10.0.0.21:99999"}, "out of range"),
        ({}, "either an address or a place to listen"),
        ({"address": "a:1", "listen": "b:2"}, "either an address or a place to listen"),
        (
            {"address": "a:1", "profile": "zebar"},
            "unknown profile 'zebar'; valid: generic, zebra, honeywell, datalogic, datalogic-cordless",
        ),
    ],
)
def test_settings_that_make_no_sense_are_named(options: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tcp_scanner(name="it", **options)  # type: ignore[arg-type]  # test options


# --- RFC 2217 ---------------------------------------------------------------------------------------------------------


class ModemlessPort(serial.Serial):
    """A pseudo terminal has no modem lines, and a serial server asks for them all the time."""

    cts = dsr = ri = cd = False

    def _update_dtr_state(self) -> None:
        """Nothing to set."""

    def _update_rts_state(self) -> None:
        """Nothing to set."""


class SerialServer:
    """A serial server as pyserial's own example builds one: a port behind telnet, one client at a time."""

    def __init__(self) -> None:
        self._device, slave = os.openpty()
        self.port = ModemlessPort(os.ttyname(slave), timeout=0.01)
        os.close(slave)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"
        self._client: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def scan(self, code: bytes) -> None:
        os.write(self._device, code)

    def received(self, count: int) -> bytes:
        return os.read(self._device, count)

    def drop(self) -> None:
        """The network is gone for whoever is connected."""
        if self._client is not None:
            with suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.drop()
        self._thread.join()
        self.port.close()
        os.close(self._device)

    def write(self, data: bytes) -> None:
        """What the port manager says to the client."""
        if self._client is not None:
            self._client.sendall(data)

    def _serve(self) -> None:
        while True:
            try:
                self._client, _ = self._server.accept()
            except OSError:
                return
            with self._client:
                manager = serial.rfc2217.PortManager(self.port, self)  # type: ignore[arg-type]  # the stub names the wrong class
                reader = threading.Thread(target=self._from_port, args=(manager, self._client), daemon=True)
                reader.start()
                self._to_port(manager, self._client)
                reader.join()

    def _to_port(self, manager: serial.rfc2217.PortManager, client: socket.socket) -> None:
        try:
            while data := client.recv(1024):
                self.port.write(b"".join(manager.filter(data)))
            client.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other side is gone already.
            return

    def _from_port(self, manager: serial.rfc2217.PortManager, client: socket.socket) -> None:
        while True:
            try:
                data = self.port.read(self.port.in_waiting or 1)
                if data:
                    client.sendall(b"".join(manager.escape(data)))
                elif client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"":
                    return
            except BlockingIOError:
                continue
            except OSError:
                return


# pyserial 3.5 still calls Thread.setDaemon.
@pytest.mark.filterwarnings("ignore:setDaemon:DeprecationWarning", "ignore:setName:DeprecationWarning")
def test_a_scanner_behind_a_serial_server_is_read_with_its_line_settings_and_found_again() -> None:
    server = SerialServer()
    with reading(address=server.url, baud=19200, good="\x06") as (scanner, heard):
        heard.wait_state(DeviceState.READY)
        assert server.port.baudrate == 19200
        server.scan(b"0109521234567880\x1d21\xff\xffSN\r")
        assert heard.wait_codes(1) == [b"0109521234567880\x1d21\xff\xffSN"]
        scanner.good()
        assert server.received(1) == b"\x06"
        server.drop()
        heard.wait_state(DeviceState.LOST)
        heard.wait_state(DeviceState.READY, times=2)
        server.scan(b"AGAIN\r")
        assert heard.wait_codes(2)[1] == b"AGAIN"
    server.close()
