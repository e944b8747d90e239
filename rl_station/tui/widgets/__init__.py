"""The pieces of the screen, each drawn from the values it is shown: no input, no focus, no knowledge of the station.

A widget that decides something about the work does not belong here.
"""

from rl_station.tui.widgets.bars import HeadBar, HintBar, Notices, StatusBar
from rl_station.tui.widgets.board import Board
from rl_station.tui.widgets.choices import Choices
from rl_station.tui.widgets.devices import DeviceTable
from rl_station.tui.widgets.headline import Destination, Headline
from rl_station.tui.widgets.lists import CheckLines, Facts
from rl_station.tui.widgets.path import PathBar
from rl_station.tui.widgets.result import ResultPanel

__all__ = [
    "Board",
    "CheckLines",
    "Choices",
    "Destination",
    "DeviceTable",
    "Facts",
    "HeadBar",
    "Headline",
    "HintBar",
    "Notices",
    "PathBar",
    "ResultPanel",
    "StatusBar",
]
