"""`rl-station operators`: the hash of a supervisor's PIN, for operators.toml."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass

from rl_station.cli import opening
from rl_station.cli.options import Exit, UsageError, complain, print_json
from rl_station.settings.problems import nearest
from rl_station.station.pins import LONGEST, SHORTEST, PinError, hashed


def pin(args: Namespace) -> int:
    """Read a PIN, twice and without showing it, and print the line that belongs under the operator. It is kept nowhere."""
    site = opening.site(args)
    operator = next((each for each in site.operators if each.id == args.operator), None)
    if operator is None:
        hint = nearest(args.operator, [each.id for each in site.operators])
        raise UsageError(f"operators.toml has no {args.operator!r}" + (f"; did you mean {hint!r}?" if hint else ""))
    if not site.pin_pepper:
        raise UsageError(
            "site.toml has no pin_pepper: set one first (16 characters or more), for all stations the same"
        )
    try:
        found = hashed(operator.id, _read(), site.pin_pepper)
    except PinError as error:
        raise UsageError(str(error)) from error
    if args.json:
        print_json({"operator": operator.id, "pin": found})
        return Exit.FINE
    print(f'pin = "{found}"')
    complain(f"Put this line under [{operator.id}] in operators.toml of every station, in the place of the one before.")
    if "supervisor" not in operator.roles:
        complain(f"{operator.id} is no supervisor: nobody will ask for this PIN.")
    return Exit.FINE


def _read() -> str:
    """Typed twice at a terminal; one line where another program says it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass(f"PIN ({SHORTEST} to {LONGEST} digits, not shown): ")
    if getpass("Once more: ") != first:
        raise UsageError("these were two different PINs; nothing was changed")
    return first
