"""What the log says about parcels, units, containers and work done: pure functions from an event to a changed row.

No SQL here, no clock, and nothing an event does not say: a row is a function of its own subject's events alone, in log order,
without the corrected ones. What depends on other subjects (units inside, shipped with the pallet) is derived when read.
The seqs in rows are values of the hybrid clock, so that the rows and events of several stations compare; callers see to that.
"""

from rl_station.domain.projections.containers import CONTAINER_EVENTS, ContainerRow, fold_container
from rl_station.domain.projections.parcels import PARCEL_EVENTS, ParcelRow, fold_parcel
from rl_station.domain.projections.plates import PlateUse, plate_uses
from rl_station.domain.projections.tallies import looked, tally
from rl_station.domain.projections.troubles import OpenTrouble
from rl_station.domain.projections.units import UNIT_EVENTS, UnitRow, fold_unit
from rl_station.domain.projections.work import STAGES, WorkDone, work_done

FOLDS = 7
"""Raised with every change of what these functions make of a log, so that a store's rows are folded anew at its next start."""

__all__ = [
    "CONTAINER_EVENTS",
    "FOLDS",
    "PARCEL_EVENTS",
    "STAGES",
    "UNIT_EVENTS",
    "ContainerRow",
    "OpenTrouble",
    "ParcelRow",
    "PlateUse",
    "UnitRow",
    "WorkDone",
    "fold_container",
    "fold_parcel",
    "fold_unit",
    "looked",
    "plate_uses",
    "tally",
    "work_done",
]
