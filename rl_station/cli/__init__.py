"""The `rl-station` command: one module per command group, each loaded only when it is called.

Nothing is decided or stored here; a command parses its arguments, asks the station's rooms, and prints.
"""

from rl_station.cli.main import main
from rl_station.cli.parser import build_parser

__all__ = ["build_parser", "main"]
