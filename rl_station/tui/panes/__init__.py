"""One permanent pane per mode: sign-in, tasks, guided, trace, supervise; and the devices. They are swapped, never created anew.

A pane arranges widgets and shows a view; it takes no input.
"""

from rl_station.tui.panes.devices import DevicesPane
from rl_station.tui.panes.guided import GuidedPane
from rl_station.tui.panes.simple import MenuPane, SignInPane
from rl_station.tui.panes.supervise import SupervisePane
from rl_station.tui.panes.trace import TracePane

__all__ = ["DevicesPane", "GuidedPane", "MenuPane", "SignInPane", "SupervisePane", "TracePane"]
