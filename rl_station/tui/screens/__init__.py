"""The one permanent screen. Screens are never pushed per step: each would stay in memory.

Styles stand beside the screen; decisions about input stand in the app.
"""

from rl_station.tui.screens.station import StationScreen

__all__ = ["StationScreen"]
