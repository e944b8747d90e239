"""A station with a serial line to its scale: parcels are weighed on the way to their label, and never wait for it in vain."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from courses import SIGN_IN, Scan, Walk, announced
from station_bench import Site, command, running

pytestmark = pytest.mark.slow

FIRST, SECOND = announced()[:2]
TO_THE_LOOK = (
    Scan(command("INTACT"), "Look, feel, smell: any DANGER?"),
    Scan(command("SAFE"), "Put the PARCEL on the scale"),
)
OUTSIDE = "How does the PARCEL look outside?"
LABEL = "Stick on the label, then scan PLATE {parcel}"


class Scale:
    """A serial scale that says what lies on it over and over, as scales do."""

    def __init__(self, link: Path) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        link.symlink_to(os.ttyname(self._slave))
        self._says = b"ST,GS,+      0g\r\n"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._talk, name="scale")
        self._thread.start()

    def lay(self, grams: int) -> None:
        self._says = f"ST,GS,+{grams:7}g\r\n".encode()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)

    def _talk(self) -> None:
        while not self._stop.wait(0.02):
            os.write(self._master, self._says)


@contextmanager
def scale_of(site: Site, link: Path) -> Iterator[Scale]:
    """The site's station gets a scale at this link."""
    with (site.config / "devices.toml").open("a") as file:
        file.write(f'\n[scales.dock-scale]\ndriver = "serial"\nport = "{link}"\n')
    stations = site.config / "stations.toml"
    listed = 'scanners = ["bench-serial", "wedge"]\n'
    text = stations.read_text()
    assert listed in text
    stations.write_text(text.replace(listed, listed + 'scales = ["dock-scale"]\n'))
    scale = Scale(link)
    try:
        yield scale
    finally:
        scale.close()


def test_parcels_are_weighed_between_the_look_and_the_label(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with scale_of(site, tmp_path / "scale") as scale, running(site) as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, Scan(command("RECEIVE"), "Scan a PARCEL"), Scan(FIRST, OUTSIDE), *TO_THE_LOOK))
        scale.lay(7_500)
        station.wait_for("HEAVIER than announced: 7500 g")
        walk.parcel = station.plate("P")
        walk.go((Scan("{parcel}", "Put parcel {parcel} on lane"), Scan(SECOND, OUTSIDE), *TO_THE_LOOK))
        first = site.of_type("ParcelWeighed")
        assert [(each["grams"], each["device"], each["compared"]) for each in first] == [
            (7500, "dock-scale", "heavier")
        ]
        walk.go((Scan(command("NOWEIGHT"), LABEL), Scan("{parcel}", "Put parcel {parcel} on lane")))
    assert site.of_type("ParcelWeighed") == first, "the first parcel still lay there, and was not the second's weight"
    assert len(site.of_type("ParcelWeightSkipped")) == 1
    history = site.run("trace", walk.parcel).stdout
    assert "ParcelWeightSkipped" in history
    site.assert_intact()


def test_a_parcel_that_lies_on_the_scale_is_weighed_without_a_step(tmp_path: Path) -> None:
    site = Site(tmp_path)
    with scale_of(site, tmp_path / "scale") as scale, running(site) as station:
        station.ready()
        walk = Walk(station)
        walk.go((*SIGN_IN, Scan(command("RECEIVE"), "Scan a PARCEL")))
        scale.lay(560)
        # F6 and down to the third device: its last weight is to be seen before the parcel is scanned.
        station.terminal.type("\x1b[17~\x1b[B\x1b[B")
        station.wait_for("560 g")
        station.terminal.type("\x1b[17~")
        station.wait_for("Scan a PARCEL")
        walk.go((Scan(FIRST, OUTSIDE), TO_THE_LOOK[0], Scan(command("SAFE"), LABEL)))
    (weighed,) = site.of_type("ParcelWeighed")
    assert (weighed["parcel"], weighed["grams"], weighed["announced"]) == (walk.parcel, 560, 560)
    site.assert_intact()
