"""Where a reader is, and who it says it is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from llrp_peer import Heard
from llrp_tls import TlsReader
from scanner_bench import PATIENCE_S, QUICK

from drivers.contract import DeviceError, DeviceState
from drivers.rfid.llrp.approach import LlrpAddress
from drivers.rfid.llrp.reader import LlrpReader


def test_the_port_is_llrps_unless_it_is_given() -> None:
    assert LlrpAddress("r1").where() == ("r1", 5084)
    assert LlrpAddress("r1", tls=True).where() == ("r1", 5085)
    assert LlrpAddress("r1", 6000, tls=True).where() == ("r1", 6000)
    assert LlrpAddress(listen="10.0.0.9:5084").where() == ("10.0.0.9", 5084)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "either a host or an address to listen at"),
        ({"host": "r1", "listen": "0.0.0.0:1"}, "either a host or an address to listen at"),
        ({"listen": "0.0.0.0:1", "tls": True}, "for readers that are called"),
        ({"listen": "nowhere"}, "'nowhere' has to look like host:port"),
    ],
)
def test_what_does_not_fit_together_is_said_when_it_is_made(options: dict[str, object], said: str) -> None:
    with pytest.raises(DeviceError, match=said):
        LlrpReader(name="portal", **options)  # type: ignore[arg-type]  # wrong on purpose


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: there is no certificate to try TLS with")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-subj", "/CN=fx9600", "-addext", "subjectAltName=DNS:fx9600"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *named, "-days", "2", "-keyout", "key.pem", "-out", "reader.pem"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    return tmp_path / "reader.pem"


@pytest.fixture
def tls_reader(certificate: Path) -> Iterator[TlsReader]:
    made = TlsReader(certificate, certificate.with_name("key.pem"))
    yield made
    made.close()


def test_a_reader_whose_certificate_is_known_is_talked_to_in_secret(certificate: Path, tls_reader: TlsReader) -> None:
    heard = Heard()
    reader = LlrpReader(
        name="portal", host="127.0.0.1", port=tls_reader.port, tls=True, tls_ca=str(certificate), tls_name="fx9600"
    )
    reader.start(heard)
    try:
        heard.wait_state(DeviceState.READY)
        assert reader.check_health("external", PATIENCE_S).ok
    finally:
        reader.stop()


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        ("fx9600", False, "the reader's certificate is not trusted: self"),
        ("another", True, "the reader's certificate is not trusted: Hostname mismatch"),
    ],
)
def test_a_reader_that_cannot_prove_who_it_is_is_told_nothing(
    certificate: Path, tls_reader: TlsReader, name: str, known: bool, reason: str
) -> None:
    heard = Heard()
    reader = LlrpReader(
        name="portal",
        host="127.0.0.1",
        port=tls_reader.port,
        tls=True,
        tls_ca=str(certificate) if known else "",
        tls_name=name,
        backoff=QUICK,
    )
    reader.start(heard)
    try:
        heard.wait_reason(DeviceState.LOST, reason)
    finally:
        reader.stop()


def test_a_missing_certificate_file_is_said(tmp_path: Path, tls_reader: TlsReader) -> None:
    heard = Heard()
    missing = str(tmp_path / "nothing.pem")
    reader = LlrpReader(name="portal", host="127.0.0.1", port=tls_reader.port, tls=True, tls_ca=missing, backoff=QUICK)
    reader.start(heard)
    try:
        heard.wait_state(DeviceState.LOST, f"cannot read tls_ca {missing}")
    finally:
        reader.stop()
