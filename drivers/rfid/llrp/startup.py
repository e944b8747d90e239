"""From a greeting to a running inventory: what the reader can do, what it shall do, and its queue let go."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from drivers.contract import DeviceError
from drivers.rfid.llrp.messages import (
    AddRoSpec,
    Capabilities,
    Configure,
    DeleteAccess,
    DeleteRoSpec,
    EnableEventsAndReports,
    EnableImpinjExtensions,
    EnableRoSpec,
    GetAntennas,
    GetCapabilities,
    Inventory,
)
from drivers.rfid.llrp.session import RefusedError, Session, SessionEndedError
from drivers.rfid.llrp.wire import IMPINJ

ROSPEC = 5084
_ALL = 0
_LINK_DOWN_AFTER = 2
_ANTENNAS_S = 2.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the settings ask of the reader; None leaves it to the reader. `power_dbm` leaves the transmitter, before any cable.

    `session` 0..3 and `population` as in Gen2; `mode`: identifier of an RF mode. `keepalive_s` in seconds.
    """

    antennas: tuple[int, ...] = ()
    power_dbm: float | None = None
    session: int = 1
    population: int = 32
    mode: int | None = None
    report_every: int = 1
    keepalive_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Begun:
    """What the reader is; `kept` whether it still had our inventory from an earlier connection; the antennas that it was told to
    use and that are `unplugged`.
    """

    capabilities: Capabilities
    kept: bool
    unplugged: tuple[int, ...] = ()


async def begin(session: Session, wishes: Wishes) -> Begun:
    """Configure the reader and start. Raises `SessionEndedError` when it does not go along."""
    await session.greeting()
    capabilities = (await session.ask(GetCapabilities())).capabilities or Capabilities()
    impinj = capabilities.maker == IMPINJ
    try:
        inventory = planned(wishes, capabilities)
    except DeviceError as error:
        raise SessionEndedError(str(error)) from error
    if impinj:
        await session.ask(EnableImpinjExtensions())
    await session.ask(Configure(round(wishes.keepalive_s * 1000), _LINK_DOWN_AFTER if impinj else 0))
    # Events tell what changes from now on, and not what has been so for long.
    unplugged = await _unplugged(session, wishes.antennas)
    await session.accepts(DeleteAccess(_ALL))
    kept = await session.accepts(DeleteRoSpec(ROSPEC))
    await session.accepts(DeleteRoSpec(_ALL))
    await session.ask(AddRoSpec(inventory))
    await session.ask(EnableRoSpec(ROSPEC))
    session.tell(EnableEventsAndReports())
    return Begun(capabilities, kept, unplugged)


async def antennas(session: Session, timeout: float) -> tuple[tuple[int, bool], ...]:
    """Each antenna and whether it is connected; none where the reader cannot tell. Raises `SessionEndedError`."""
    try:
        return (await session.ask(GetAntennas(), timeout)).antennas
    except RefusedError as error:
        _logger.info("%s", error)
        return ()


async def _unplugged(session: Session, wished: tuple[int, ...]) -> tuple[int, ...]:
    """Which of these are not connected, as far as the reader tells; no reason not to begin."""
    if not wished:
        return ()
    try:
        told = await antennas(session, _ANTENNAS_S)
    except SessionEndedError as error:
        _logger.info("which antennas are connected is not known: %s", error)
        return ()
    return tuple(antenna for antenna, there in told if not there and antenna in wished)


def planned(wishes: Wishes, capabilities: Capabilities) -> Inventory:
    """The inventory for this reader. Raises `DeviceError` where it cannot do what is wished."""
    beyond = [antenna for antenna in wishes.antennas if 0 < capabilities.antennas < antenna]
    if beyond:
        raise DeviceError(f"there is no antenna {beyond[0]}; the reader has {capabilities.antennas}")
    if wishes.mode is not None and capabilities.modes and wishes.mode not in capabilities.modes:
        known = ", ".join(map(str, capabilities.modes))
        raise DeviceError(f"there is no mode {wishes.mode}; the reader has {known}")
    return Inventory(
        ROSPEC,
        antennas=wishes.antennas,
        power_index=_power_index(wishes.power_dbm, capabilities),
        hop_table=capabilities.hop_table,
        session=wishes.session,
        population=wishes.population,
        mode=wishes.mode,
        report_every=wishes.report_every,
        impinj=capabilities.maker == IMPINJ,
    )


def _power_index(power_dbm: float | None, capabilities: Capabilities) -> int | None:
    """The strongest entry of the reader's table that is not stronger than wished."""
    if power_dbm is None:
        return None
    fitting = [(power, index) for index, power in capabilities.powers if power <= round(power_dbm * 100)]
    if not fitting:
        lowest = min((power for _, power in capabilities.powers), default=None)
        told = "tells no powers" if lowest is None else f"cannot go below {lowest / 100:g}"
        raise DeviceError(f"{power_dbm:g} dBm: the reader {told}")
    return max(fitting)[1]
