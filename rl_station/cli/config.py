"""`rl-station config`: check, show, schema."""

from __future__ import annotations

from argparse import Namespace

from rl_station.cli.options import Exit, UsageError, print_json
from rl_station.settings import check as check_config
from rl_station.settings import schema as config_schema
from rl_station.settings import show as show_config
from rl_station.settings.paths import config_dir
from rl_station.settings.problems import ConfigError


def check(args: Namespace) -> int:
    """Print every problem. Exit 2 where the site cannot be used; warnings alone leave it at 0."""
    folder = config_dir(args.config)
    problems = check_config(folder)
    if args.json:
        print_json({"config": str(folder), "problems": problems})
    else:
        for problem in problems:
            print(f"{problem.severity}: {problem}")
        errors = sum(problem.severity == "error" for problem in problems)
        print(f"{folder}: {errors} errors, {len(problems) - errors} warnings")
    return Exit.WRONG if any(problem.severity == "error" for problem in problems) else Exit.FINE


def show(args: Namespace) -> int:
    """Print each value with the place it comes from."""
    try:
        values = show_config(config_dir(args.config))
    except ConfigError as error:
        raise UsageError(str(error)) from error
    if args.json:
        print_json([{"key": key, "value": value, "origin": origin} for key, value, origin in values])
    else:
        for key, value, origin in values:
            print(f"{key} = {value}    # {origin}")
    return Exit.FINE


def schema(args: Namespace) -> int:
    print_json(config_schema())
    return Exit.FINE
