"""`rl-station central` as an administrator types it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import msgspec
import pushing
import pytest
import raw_http
from asked_front import Centre
from pushing import Log, traced

from rl_station.central.clocks import SystemClock
from rl_station.cli import main
from rl_station.domain.sync_wire import MEDIA_TYPE, Enrolment, EnrolRequest, pack

PROGRAM = str(Path(sys.executable).parent / "rl-station")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    code = main(["central", *arguments])
    said = capsys.readouterr()
    return code, said.out if code != 2 else said.err


class Server:
    """`central serve` in a process, listening where it says."""

    def __init__(self, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "central", "serve", "--listen", "127.0.0.1:0", "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
        )
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.address = (told["host"], told["port"])
        raw_http.until(self.answers, "it does not come up")

    def answers(self) -> bool:
        try:
            return raw_http.asked(self.address, "GET", "/ready").status == 200
        except OSError:
            return False

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(raw_http.PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.mark.slow
def test_a_station_enrols_and_pushes_and_the_server_ends_well(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Server("--database", sqlite_url)
    code, said = run(capsys, "enroll", "dock-1", "--database", sqlite_url, "--json")
    assert code == 0
    body = pack(EnrolRequest("dock-1", json.loads(said)["code"]))
    answer = raw_http.asked(server.address, "POST", "/v1/enrol", {"Content-Type": MEDIA_TYPE}, body)
    token = msgspec.msgpack.decode(answer.body, type=Enrolment).token
    push = pushing.body(Log("dock-1").push([traced(1)]))
    assert raw_http.asked(server.address, "POST", "/v1/events", pushing.headers(token), push).status == 200
    assert server.stop() == 0
    told = json.loads(run(capsys, "status", "--database", sqlite_url, "--json")[1])
    assert [(each["station"], each["epochs"][0]["seq"]) for each in told["stations"]] == [("dock-1", 1)]


@pytest.mark.slow
def test_several_workers_share_one_port_and_end_together(sqlite_url: str) -> None:
    server = Server("--database", sqlite_url, "--workers", "2")
    for _ in range(8):
        assert server.answers()
    assert server.stop() == 0
    with pytest.raises(OSError, match="refused"):
        raw_http.asked(server.address, "GET", "/health")


@pytest.mark.slow
def test_workers_do_not_outlive_a_server_that_was_killed(sqlite_url: str) -> None:
    server = Server("--database", sqlite_url, "--workers", "2")
    server.process.kill()
    server.process.wait(raw_http.PATIENCE_S)
    assert server.process.stdout is not None
    server.process.stdout.close()
    raw_http.until(lambda: not server.answers(), "its workers go on taking requests")


def test_the_database_may_stand_in_the_environment(
    sqlite_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "status")[0] == 2
    monkeypatch.setenv("RL_STATION_CENTRAL_DATABASE", sqlite_url)
    code, said = run(capsys, "status")
    assert code == 0
    assert "no stations" in said


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("nonsense", "URL"),
        ("mysql://x/y", "supported"),
        ("sqlite:////proc/nowhere/x.db", "database"),
        ("postgresql://x@127.0.0.1:1/y", "database"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_exit_code_2(
    url: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, "status", "--database", url)
    assert code == 2
    assert word in said


@pytest.mark.parametrize("listen", ["8420", "localhost:http", "127.0.0.1:99999", ":"])
def test_an_address_that_is_none_is_told(sqlite_url: str, listen: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "serve", "--database", sqlite_url, "--listen", listen)
    assert code == 2
    assert "HOST:PORT" in said


def test_a_port_that_is_taken_is_told(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = run(capsys, "serve", "--database", sqlite_url, "--listen", f"127.0.0.1:{port}")
    assert code == 2
    assert str(port) in said


def test_a_code_is_shown_with_the_time_it_is_good_for(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("enroll", "dock-1", "--valid", "30m", "--site", "halden", "--database", sqlite_url)
    before = SystemClock().now()
    code, said = run(capsys, *asked)
    after = SystemClock().now()
    assert code == 0
    told = re.search(r"\nfor station dock-1 of site halden, once, until (.+) UTC\n", said)
    assert told is not None
    until = datetime.fromisoformat(f"{told[1]}+00:00").timestamp() * 1_000_000
    assert before - 1_000_000 <= until - 30 * 60_000_000 <= after
    document = json.loads(run(capsys, *asked, "--json")[1])
    assert after <= document["expires_at"] - 30 * 60_000_000 <= SystemClock().now()


def test_a_station_that_is_revoked_is_told_as_such(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    centre = Centre(sqlite_url)
    centre.clock.at = SystemClock().now()
    centre.enrol("dock-1")
    centre.engine.dispose()
    assert "main/dock-1: enrolled" in run(capsys, "status", "--database", sqlite_url)[1]
    assert run(capsys, "enroll", "--revoke", "dock-1", "--database", sqlite_url) == (0, "station dock-1 is revoked\n")
    assert "main/dock-1: revoked" in run(capsys, "status", "--database", sqlite_url)[1]


def test_nobody_is_revoked_who_is_not_there(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "enroll", "--revoke", "dock-1", "--database", sqlite_url)
    assert (code, said) == (1, "station dock-1 is not known\n")


def test_a_name_that_is_none_is_wrong_usage(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "enroll", "dock/1", "--database", sqlite_url)
    assert code == 2
    assert "'dock/1' is no name" in said


def test_exactly_one_thing_is_enrolled_at_a_time(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ((), ("dock-1", "--reader", "erp"), ("--reader", "erp", "--revoke", "dock-1")):
        with pytest.raises(SystemExit) as ended:
            main(["central", "enroll", *arguments, "--database", sqlite_url])
        assert ended.value.code == 2
        capsys.readouterr()


@pytest.mark.parametrize("text", ["", "24", "h", "-1h", "1.5h", "1w", "0d"])
def test_a_time_that_is_none_is_wrong_usage(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["central", "enroll", "dock-1", f"--valid={text}", "--database", "sqlite://"])
    assert ended.value.code == 2
    assert "24h" in capsys.readouterr().err
