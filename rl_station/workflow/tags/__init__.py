"""Tags: what the field says of the parcel, the unit or the container in hand. No reads here: smoothing is over before.

The workflows of the tasks use this room; it decides nothing about where goods go.
"""

from rl_station.workflow.tags.compare import compared
from rl_station.workflow.tags.doubt import contradiction, own_tag
from rl_station.workflow.tags.evolve import evolve_radio
from rl_station.workflow.tags.observe import around, heeded, observe
from rl_station.workflow.tags.pieces import pieces, unclaimed

__all__ = ["around", "compared", "contradiction", "evolve_radio", "heeded", "observe", "own_tag", "pieces", "unclaimed"]
