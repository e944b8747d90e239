"""What lies over the panes: the alarm, the help, the line for typing a code, the question whether to leave, a supervisor's form.

Installed once and shown or hidden; never pushed as screens. Nothing here submits anything: the app does.
"""

from rl_station.tui.overlays.alarm import AlarmOverlay
from rl_station.tui.overlays.deed import DeedOverlay
from rl_station.tui.overlays.help import HelpOverlay
from rl_station.tui.overlays.questions import LeaveOverlay, ManualOverlay

__all__ = ["AlarmOverlay", "DeedOverlay", "HelpOverlay", "LeaveOverlay", "ManualOverlay"]
