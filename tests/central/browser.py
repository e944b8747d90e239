"""A real browser, driven over chromedriver's WebDriver (W3C WebDriver 2): what a person at a desk sees and does."""

from __future__ import annotations

import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from benchmarks.central_process import free_port

PATIENCE_S = 60.0
_LOOK_S = 0.05
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def found() -> tuple[str, str] | None:
    """The browser and its driver, where both are installed."""
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


class Browser:
    """One window. Elements are named by CSS selectors; every command waits until its page is there."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self._client = client
        self._session = session

    def open(self, url: str) -> None:
        self._post("url", {"url": url})

    @property
    def address(self) -> str:
        return str(self._get("url"))

    @property
    def title(self) -> str:
        return str(self._get("title"))

    def run(self, script: str, *arguments: object) -> Any:
        """What a function with this body returns."""
        return self._post("execute/sync", {"script": script, "args": list(arguments)})

    def text(self, css: str) -> str:
        return str(self._get(f"element/{self._find(css)}/text"))

    def click(self, css: str) -> None:
        self._post(f"element/{self._find(css)}/click", {})

    def type(self, css: str, text: str) -> None:
        self._post(f"element/{self._find(css)}/value", {"text": text})

    def press(self, key: str) -> None:
        """One key, down and up."""
        steps = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._post("actions", {"actions": [{"type": "key", "id": "keys", "actions": steps}]})

    def size(self, wide: int, high: int) -> None:
        self._post("window/rect", {"width": wide, "height": high})

    def picture(self, file: Path) -> None:
        """The window as a PNG."""
        file.write_bytes(base64.b64decode(self._get("screenshot")))

    def wait(self, script: str, *arguments: object) -> Any:
        """Until a function with this body returns something true, which is given back."""
        deadline = time.monotonic() + PATIENCE_S
        while not (said := self.run(script, *arguments)):
            assert time.monotonic() < deadline, f"never came true on {self.address}: {script}"
            time.sleep(_LOOK_S)
        return said

    def _find(self, css: str) -> str:
        return str(self._post("element", {"using": "css selector", "value": css})[_ELEMENT])

    def _get(self, what: str) -> Any:
        return _said(self._client.get(f"/session/{self._session}/{what}"))

    def _post(self, what: str, body: dict[str, object]) -> Any:
        return _said(self._client.post(f"/session/{self._session}/{what}", json=body))


@contextmanager
def browsing(data: Path, *flags: str) -> Iterator[Browser]:
    """A browser of its own, with a new profile in `data`."""
    there = found()
    assert there is not None
    browser, driver = there
    port = free_port()
    process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S, trust_env=False) as client:
            _wait_for(client, process)
            session = _session(client, browser, (*_FLAGS, f"--user-data-dir={data}", *flags))
            try:
                yield Browser(client, session)
            finally:
                client.delete(f"/session/{session}")
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait_for(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if client.get("/status").json()["value"]["ready"]:
                return
        except httpx.TransportError:
            pass
        assert process.poll() is None and time.monotonic() < deadline, "chromedriver does not come up"
        time.sleep(_LOOK_S)


def _session(client: httpx.Client, browser: str, flags: tuple[str, ...]) -> str:
    options = {"binary": browser, "args": list(flags)}
    wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
    return str(_said(client.post("/session", json=wanted))["sessionId"])


def _said(answer: httpx.Response) -> Any:
    value = answer.json()["value"]
    assert answer.is_success, value
    return value
