"""A reader that wants to know who calls it: certificates of an authority that is made for the test, a real TLS peer."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from llrp_peer import Heard
from llrp_tls import TlsReader
from scanner_bench import PATIENCE_S, QUICK

from drivers.contract import DeviceError, DeviceState
from drivers.rfid.llrp.approach import LlrpAddress
from drivers.rfid.llrp.reader import LlrpReader

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def signed(folder: Path, name: str, authority: str = "authority") -> None:
    """`name`.pem and `name`.key, of the authority; the reader's name is the one it is called by."""
    openssl(folder, "req", *_KEY, "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{name}\n")
    by = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-CAcreateserial"]
    openssl(
        folder,
        *("x509", "-req", "-in", f"{name}.csr", *by, "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem"),
    )


def authority(folder: Path, name: str) -> None:
    openssl(
        folder,
        *("req", "-x509", *_KEY, "-nodes", "-subj", f"/CN={name}", "-days", "2"),
        *("-keyout", f"{name}.key", "-out", f"{name}.pem"),
    )


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority with a reader and a station, and a stranger whose authority nobody knows."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: there is no certificate to try TLS with")
    folder = tmp_path_factory.mktemp("papers")
    authority(folder, "authority")
    authority(folder, "elsewhere")
    signed(folder, "fx9600")
    signed(folder, "station")
    signed(folder, "stranger", "elsewhere")
    (folder / "both.pem").write_text((folder / "station.pem").read_text() + (folder / "station.key").read_text())
    openssl(folder, *("ec", "-in", "station.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key"))
    return folder


@pytest.fixture
def careful(papers: Path) -> Iterator[TlsReader]:
    """A reader that talks to those whom its authority knows."""
    made = TlsReader(papers / "fx9600.pem", papers / "fx9600.key", clients=papers / "authority.pem")
    yield made
    made.close()


def called(papers: Path, port: int, cert: str, key: str) -> LlrpReader:
    return LlrpReader(
        name="portal",
        host="127.0.0.1",
        port=port,
        tls=True,
        tls_ca=str(papers / "authority.pem"),
        tls_name="fx9600",
        tls_cert=cert and str(papers / cert),
        tls_key=key and str(papers / key),
        backoff=QUICK,
    )


@pytest.mark.parametrize(("cert", "key"), [("station.pem", "station.key"), ("both.pem", "")])
def test_a_station_with_papers_is_let_in(papers: Path, careful: TlsReader, cert: str, key: str) -> None:
    heard, reader = Heard(), called(papers, careful.port, cert, key)
    reader.start(heard)
    try:
        heard.wait_state(DeviceState.READY)
        assert reader.check_health("external", PATIENCE_S).ok
    finally:
        reader.stop()
    assert careful.subjects == ["station"]


class Doorkeeper:
    """Looks at the papers of one caller after the other, as OpenSSL does it, and lets nobody in."""

    def __init__(self, papers: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(papers / "fx9600.pem", papers / "fx9600.key")
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.load_verify_locations(papers / "authority.pem")
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while True:
            try:
                caller = self._listening.accept()[0]
            except OSError:
                return
            with caller, contextlib.suppress(OSError):
                caller.settimeout(PATIENCE_S)
                self._context.wrap_socket(caller, server_side=True).close()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@pytest.fixture
def doorkeeper(papers: Path) -> Iterator[Doorkeeper]:
    made = Doorkeeper(papers)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("cert", "key", "reason"),
    [
        ("", "", "TLS: tlsv13 alert certificate required"),
        ("stranger.pem", "stranger.key", "TLS: tlsv1 alert unknown ca"),
    ],
)
def test_a_station_that_is_not_let_in_says_why(
    papers: Path, doorkeeper: Doorkeeper, cert: str, key: str, reason: str
) -> None:
    heard, reader = Heard(), called(papers, doorkeeper.port, cert, key)
    reader.start(heard)
    try:
        heard.wait(lambda it: any(s is DeviceState.LOST and reason in told for s, told in it.states))
    finally:
        reader.stop()


@pytest.mark.parametrize(("cert", "key"), [("", ""), ("stranger.pem", "stranger.key")])
def test_whom_the_reader_does_not_know_it_tells_nothing(papers: Path, careful: TlsReader, cert: str, key: str) -> None:
    heard, reader = Heard(), called(papers, careful.port, cert, key)
    reader.start(heard)
    try:
        heard.wait_state(DeviceState.LOST)
    finally:
        reader.stop()
    assert (careful.subjects, heard.epcs) == ([], [])


@pytest.mark.parametrize(
    ("cert", "key", "reason"),
    [
        ("nobody.pem", "station.key", "cannot read tls_cert {}/nobody.pem"),
        ("station.pem", "nobody.key", "cannot read tls_key {}/nobody.key"),
        ("station.pem", "", "tls_cert {}/station.pem: no certificate with its key"),
        (
            "station.pem",
            "stranger.key",
            "tls_cert {0}/station.pem and tls_key {0}/stranger.key: no certificate with its key",
        ),
        (
            "station.pem",
            "locked.key",
            "tls_cert {0}/station.pem and tls_key {0}/locked.key: no certificate with its key",
        ),
    ],
)
def test_papers_that_are_not_in_order_are_named(
    papers: Path, careful: TlsReader, cert: str, key: str, reason: str
) -> None:
    heard, reader = Heard(), called(papers, careful.port, cert, key)
    reader.start(heard)
    try:
        heard.wait_reason(DeviceState.LOST, reason.format(papers))
    finally:
        reader.stop()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tls": True, "tls_key": "/k"}, "tls_key needs a tls_cert"),
        ({"tls_cert": "/c"}, "need tls"),
    ],
)
def test_settings_that_do_not_fit_together_are_said(options: dict[str, object], said: str) -> None:
    with pytest.raises(DeviceError, match=said):
        LlrpAddress("r1", **options)  # type: ignore[arg-type]  # wrong on purpose
