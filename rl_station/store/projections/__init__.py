"""What the log says about parcels, units, containers and work done: pure functions from an event to a changed row.

No SQL here, no clock, and nothing an event does not say: a row is a function of its own subject's events alone, in log order,
without the corrected ones. What depends on other subjects (units inside, shipped with the pallet) is derived when read.
"""

from rl_station.store.projections.containers import ContainerRow, fold_container
from rl_station.store.projections.parcels import ParcelRow, fold_parcel
from rl_station.store.projections.plates import PlateUse, plate_uses
from rl_station.store.projections.units import UnitRow, fold_unit
from rl_station.store.projections.work import STAGES, WorkDone, work_done

FOLDS = 3
"""Raised with every change of what these functions make of a log, so that a store's rows are folded anew at its next start."""

__all__ = [
    "FOLDS",
    "STAGES",
    "ContainerRow",
    "ParcelRow",
    "PlateUse",
    "UnitRow",
    "WorkDone",
    "fold_container",
    "fold_parcel",
    "fold_unit",
    "plate_uses",
    "work_done",
]
