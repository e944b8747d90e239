"""A third party's adapter: installed as a package, configured in devices.toml, read through the station's devices."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

# What a vendor would ship. It knows of us only what drivers/contract.py says.
ADAPTER = '''
import threading, time
from drivers.contract import DeviceState, Read, StateChange

class AcmeScanner:
    """Reads one code as often as it is told."""

    def __init__(self, *, name, code, times=1):
        self.name, self._code, self._times = name, code, times
        self._thread = None

    def start(self, listener):
        self._thread = threading.Thread(target=self._run, args=(listener,))
        self._thread.start()

    def stop(self):
        if self._thread is not None:
            self._thread.join()

    def _run(self, listener):
        listener(StateChange(self.name, DeviceState.READY))
        for number in range(self._times):
            listener(Read(self.name, f"{self._code}{number}".encode(), time.monotonic_ns()))

class Sulky(AcmeScanner):
    def start(self, listener):
        raise RuntimeError("not in the mood")

    def stop(self):
        raise RuntimeError("nor for this")

class Heavy:
    """A scale of another maker."""

    def __init__(self, *, name):
        self.name = name

    def start(self, listener):
        listener(StateChange(self.name, DeviceState.READY))

    def stop(self):
        pass
'''

FILES = {
    "acme_scanners/__init__.py": ADAPTER,
    "acme_scanners/broken.py": "raise ImportError('libacme.so.3: cannot open shared object file')\n",
    "acme_scanners-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-scanners\nVersion: 1.0\n",
    "acme_scanners-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "acme_scanners-1.0.dist-info/entry_points.txt": (
        "[rl_station.drivers]\n"
        "scanner.acme = acme_scanners:AcmeScanner\n"
        "scanner.acme-sulky = acme_scanners:Sulky\n"
        "scanner.acme-broken = acme_scanners.broken:Scanner\n"
        "scale.acme-heavy = acme_scanners:Heavy\n"
    ),
}

# Runs in a process of its own, where the package is installed and nothing else was imported before.
STATION = """
import json, logging, sys, threading, tomllib
from pathlib import Path
from drivers import registry
from rl_station.devices import Read, bind
from rl_station.settings.device_settings import DevicesFile

logging.basicConfig(level=logging.WARNING)
settings = DevicesFile.model_validate(tomllib.loads(Path(sys.argv[1]).read_text()))
devices = bind(settings, list(settings.scanners), [], data=Path(sys.argv[2]))
codes, enough = [], threading.Event()

def listen(report):
    if isinstance(report, Read):
        codes.append([report.device, report.data.decode()])
        if len(codes) == 4:
            enough.set()

devices.start(listen)
devices.fired_scanner().push("STILL HERE")
assert enough.wait(20), codes
lines = {line.name: [str(line.state), line.reason] for line in devices.status()}
devices.stop()
print(json.dumps({"codes": sorted(codes), "lines": lines, "names": registry.names(registry.Kind.SCANNER)}))
"""

MAIN = "import sys; from rl_station.cli import main; sys.exit(main())"


def wheel(folder: Path) -> Path:
    """The package as a wheel (PEP 427), made by hand: a build backend is not always there."""
    path = folder / "acme_scanners-1.0-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(text.encode())}")
        record.append("acme_scanners-1.0.dist-info/RECORD,,")
        archive.writestr("acme_scanners-1.0.dist-info/RECORD", "\n".join(record) + "\n")
    return path


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the package is installed into, by pip where there is one."""
    folder = tmp_path_factory.mktemp("acme")
    target = folder / "site-packages"
    built = wheel(folder)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    done = subprocess.run(
        [*command, "--no-warn-script-location", "--disable-pip-version-check", str(built)],
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named pip" in done.stderr:
        # What pip does with a wheel of pure Python: it unpacks it.
        shutil.unpack_archive(built, target, "zip")
    else:
        assert done.returncode == 0, done.stderr
    return target


def run(site_packages: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site_packages), str(REPOSITORY)])
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_an_installed_package_brings_a_driver_and_a_broken_one_hurts_only_its_device(
    site_packages: Path, tmp_path: Path
) -> None:
    config = tmp_path / "devices.toml"
    config.write_text(
        '[scanners.bench]\ndriver = "acme"\ndebounce_ms = 0\n[scanners.bench.options]\ncode = "ACME-"\ntimes = 3\n'
        '[scanners.misspelt]\ndriver = "acme"\n[scanners.misspelt.options]\ncolour = "red"\n'
        '[scanners.torn]\ndriver = "acme-broken"\n'
        '[scanners.sulky]\ndriver = "acme-sulky"\n[scanners.sulky.options]\ncode = "X"\n'
        '[scanners.key]\ndriver = "simulated"\n'
    )
    done = run(site_packages, "-c", STATION, str(config), str(tmp_path))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["codes"] == [["bench", "ACME-0"], ["bench", "ACME-1"], ["bench", "ACME-2"], ["key", "STILL HERE"]]
    assert told["lines"]["bench"] == told["lines"]["key"] == ["ready", ""]
    assert {"serial", "acme", "acme-broken", "acme-sulky"} <= set(told["names"])
    state, reason = told["lines"]["torn"]
    assert state == "lost"
    assert reason == "scanner driver 'acme-broken' is broken: libacme.so.3: cannot open shared object file"
    state, reason = told["lines"]["misspelt"]
    assert state == "lost"
    assert "driver 'acme' cannot make 'misspelt'" in reason
    assert "colour" in reason
    assert told["lines"]["sulky"] == ["lost", "not in the mood"]
    assert "device sulky failed" in done.stderr


def test_the_configuration_of_a_site_may_name_an_installed_driver(site_packages: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(REPOSITORY / "config", config)
    with (config / "devices.toml").open("a") as file:
        file.write('\n[scanners.dock]\ndriver = "acme"\n[scanners.dock.options]\ncode = "A"\n')
        file.write('\n[scales.bench]\ndriver = "acme-heavy"\n')
    command = ("-c", MAIN, "config", "check", "--config", str(config), "--station", "bench-1")
    good = run(site_packages, *command)
    assert good.returncode == 0, good.stderr + good.stdout
    without = run(tmp_path, *command)
    assert without.returncode != 0
    assert "there is no scanner driver 'acme'" in without.stderr + without.stdout
    assert "there is no scale driver 'acme-heavy'" in without.stderr + without.stdout
    typo = (config / "devices.toml").read_text().replace('driver = "acme"', 'driver = "acne"')
    (config / "devices.toml").write_text(typo)
    wrong = run(site_packages, *command)
    assert "there is no scanner driver 'acne'" in wrong.stderr + wrong.stdout
    assert "acme" in wrong.stderr + wrong.stdout
