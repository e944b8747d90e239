"""The tag readers of devices.toml."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import isabs
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from rl_station.settings.device_model import DeviceModel, known_driver

Output = Annotated[int, Field(ge=0, le=64)]
Antenna = Annotated[int, Field(ge=1, le=64)]

TLS_FILES = ("tls_ca", "tls_cert", "tls_key")
"""Settings that name a file."""

READER_DRIVERS: Mapping[str, frozenset[str]] = {
    "llrp": frozenset({"host", "port", "listen", "antennas", "power_dbm", "session", "population", "mode"})
    | {"report_every", "keepalive_s", "tls", *TLS_FILES, "tls_name", "codec"},
    "simulated": frozenset({"antennas", "interval_ms"}),
}


class ReaderModel(DeviceModel):
    """One RFID reader, its table named after it."""

    host: str = Field("", description="llrp: name or address of the reader to call.")
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(
        5084, description="llrp: its port. Not given: 5084, with tls 5085."
    )
    listen: str = Field("", description="llrp: host:port of this machine, for a reader that is set to call its client.")
    antennas: Annotated[tuple[Antenna, ...], Field(strict=False)] = Field(
        (), description="llrp, simulated: antennas to read with, such as [1, 2]; none given: all the reader has."
    )
    power_dbm: Annotated[float, Field(ge=0, le=36)] | None = Field(
        None, description="llrp: power leaving the reader; its next weaker step is taken. Not given: the reader's own."
    )
    session: Annotated[int, Field(ge=0, le=3)] = Field(
        1, description="llrp: Gen2 session; 0 and 1 repeat a tag all the time, 2 and 3 let it rest."
    )
    population: Annotated[int, Field(ge=1, le=65_535)] = Field(
        32, description="llrp: about how many tags are in the field at once."
    )
    mode: Annotated[int, Field(ge=0, le=65_535)] | None = Field(
        None, description="llrp: identifier of an RF mode that the reader lists. Not given: the reader's own."
    )
    report_every: Annotated[int, Field(ge=1, le=1000)] = Field(
        1, description="llrp: report after so many tags; more of them come later, but take less of the network."
    )
    keepalive_s: Annotated[float, Field(ge=0.5, le=300)] = Field(
        10.0, description="llrp: the reader says so often that it lives; after two it has missed, it is connected anew."
    )
    tls: bool = Field(False, description="llrp: encrypt the connection.")
    tls_ca: str = Field(
        "",
        description="llrp: PEM file with the reader's certificate or its authority's; none: the computer's authorities.",
    )
    tls_name: str = Field("", description="llrp: the name in the reader's certificate, where it is not the host.")
    tls_cert: str = Field(
        "",
        description="llrp: PEM file of the certificate that tells the reader who the station is; none: it does not ask.",
    )
    tls_key: str = Field(
        "",
        description="llrp: PEM file of that certificate's key, without a password; none: it stands in the same file.",
    )
    codec: str = Field("sllurp", description="llrp: what reads and writes the protocol's messages.")
    interval_ms: Annotated[int, Field(ge=10, le=10_000)] = Field(
        100, description="simulated: milliseconds from one report of a tag to the next."
    )

    output_alarm: Output = Field(
        0,
        description="Output of the reader, 1 and up, that is on while an alarm waits: the red of a stack light; 0: none.",
    )
    output_good: Output = Field(
        0,
        description="Output that is on for a moment when announced tags are seen, a tote agrees, or a tag is written.",
    )
    good_ms: Annotated[int, Field(ge=50, le=60_000)] = Field(1000, description="How long output_good stays on.")

    @classmethod
    def of_the_station(cls) -> frozenset[str]:
        return frozenset({"output_alarm", "output_good", "good_ms"})

    @field_validator("driver")
    @classmethod
    def _known(cls, driver: str) -> str:
        return known_driver(driver, "reader", READER_DRIVERS)

    @model_validator(mode="after")
    def _fits(self) -> ReaderModel:
        self._check_fit(READER_DRIVERS)
        if self.driver == "llrp":
            self._one_of("host", "listen")
        if self.listen and {"port", "tls"} & self.model_fields_set:
            raise ValueError("port and tls are for a reader that is called, not for one that calls")
        if self.output_alarm and self.output_alarm == self.output_good:
            raise ValueError("output_alarm and output_good are the same output")
        self._check_tls()
        return self

    def _check_tls(self) -> None:
        """Raises ValueError."""
        if strange := [key for key in (*TLS_FILES, "tls_name") if getattr(self, key) and not self.tls]:
            raise ValueError(f"{strange[0]} needs tls = true")
        if self.tls_key and not self.tls_cert:
            raise ValueError("tls_key needs a tls_cert")
        if moving := [key for key in TLS_FILES if getattr(self, key) and not isabs(getattr(self, key))]:
            raise ValueError(f"{moving[0]} has to begin with /: the station may be started in any folder")
