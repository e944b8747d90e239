"""The entry point: parse, load the one module that is needed, turn expected failures into exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from rl_station.cli.options import Exit, UsageError, complain
from rl_station.cli.parser import build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command. Returns the exit code; argparse itself exits with 2 on wrong usage."""
    args = build_parser().parse_args(arguments)
    module, _, function = args.handler.partition(":")
    handler: Callable[[object], int] = getattr(import_module(f"rl_station.cli.{module}"), function)
    try:
        return int(handler(args))
    except UsageError as error:
        complain(f"rl-station: {error}")
        return Exit.WRONG
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): nobody is left to tell, and the interpreter must not try at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FINE
    except KeyboardInterrupt:
        return 130
