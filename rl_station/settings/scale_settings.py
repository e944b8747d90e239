"""The scales of devices.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from rl_station.settings.device_model import Latin1, LineModel, MatchModel, known_driver

SCALE_DRIVERS: Mapping[str, frozenset[str]] = {
    "serial": frozenset({"port", "match", "baud", "bytesize", "parity", "stopbits", "rtscts", "xonxoff"})
    | {"terminators", "prefix", "suffix", "ask", "ask_ms"},
    "simulated": frozenset(),
}


class ScaleModel(LineModel):
    """One scale, its table named after it."""

    silence_s: Annotated[int, Field(ge=0, le=86_400)] = Field(
        0, description="After so many seconds without a weight the scale is asked whether it lives; 0 never."
    )
    port: str = Field(
        "", description="serial: path such as /dev/serial/by-id/..., or socket://host:port, or rfc2217://host:port."
    )
    match: MatchModel | None = Field(
        None, description="serial: in place of a port, what to look for; found again wherever it is plugged in."
    )
    prefix: Latin1 = Field("", description="serial: characters before every line, such as \\u0002; required then.")
    suffix: Latin1 = Field("", description="serial: characters at the end of every line; required then.")
    ask: Latin1 = Field(
        "",
        description="serial: command of a scale that has to be asked, with its end, such as SI\\r\\n; none: it just talks.",
    )
    ask_ms: Annotated[int, Field(ge=50, le=60_000)] = Field(
        500, description="serial: milliseconds from one question to the next."
    )

    @classmethod
    def of_the_station(cls) -> frozenset[str]:
        return frozenset({"silence_s"})

    @field_validator("driver")
    @classmethod
    def _known(cls, driver: str) -> str:
        return known_driver(driver, "scale", SCALE_DRIVERS)

    @model_validator(mode="after")
    def _fits(self) -> ScaleModel:
        self._check_fit(SCALE_DRIVERS)
        if self.driver == "serial":
            self._one_of("port", "match")
        if self.match is not None:
            self.match.check_port()
        return self
