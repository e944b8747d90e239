"""`rl-station doctor`: everything IT asks first, each line with what to do about it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from rl_station.cli import doctor_data, doctor_devices, doctor_machine, doctor_sync, opening
from rl_station.cli.doctor_finding import Finding, Level, fail, fine, warn
from rl_station.cli.options import Exit, print_json
from rl_station.devices.discovery import survey
from rl_station.settings import ConfigError, Problem, Site, load_site
from rl_station.settings import check as check_config
from rl_station.settings.paths import config_dir, example_site

_MOST_PROBLEMS = 5
_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


def doctor(args: Namespace) -> int:
    """Look at everything and say how it is. Exit 1 where something is broken, 2 where the configuration is."""
    findings = []
    for finding in examine(args):
        findings.append(finding)
        if not args.json:
            # One by one: a device may keep the last lines waiting for seconds.
            print(_text(finding), flush=True)
    broken = [finding for finding in findings if finding.level is Level.FAIL]
    warnings = sum(finding.level is Level.WARN for finding in findings)
    if args.json:
        print_json({"ok": not broken, "broken": len(broken), "warnings": warnings, "findings": findings})
    else:
        print(f"{len(broken)} broken, {warnings} warnings, {len(findings)} looked at")
    if any(finding.check == "config" for finding in broken):
        return Exit.WRONG
    return Exit.FOUND if broken else Exit.FINE


def examine(args: Namespace) -> Iterator[Finding]:
    """From the ground up: what does not stand is named before what falls with it."""
    folder, data = config_dir(args.config), opening.data(args)
    site = _site(folder, args.station)
    yield from doctor_machine.versions()
    yield doctor_data.sqlite()
    yield doctor_machine.clock()
    yield from doctor_machine.terminal()
    yield from configuration(folder, site, check_config(folder, station=args.station))
    yield from doctor_data.data(data, site)
    yield from doctor_sync.sync(data)
    if site is not None:
        yield from doctor_machine.groups(doctor_devices.needed_groups(site))
        yield from doctor_devices.surroundings(survey(site.devices))
        yield from doctor_devices.devices(site, data)


def configuration(folder: Path, site: Site | None, problems: Sequence[Problem]) -> Iterator[Finding]:
    """The first few problems, errors before warnings; `config check` has them all."""
    more = "`rl-station config check` lists everything."
    for problem in sorted(problems, key=lambda problem: problem.severity)[:_MOST_PROBLEMS]:
        make = fail if problem.severity == "error" else warn
        hint = f"Start from the example: cp -r {example_site()} {folder}" if not folder.is_dir() else more
        yield make("config", str(problem), hint)
    if site is None and not problems:
        yield fail("config", f"{folder} cannot be used", more)
    elif site is not None:
        yield fine("config", f"{folder}: site {site.id}, station {site.station.id}, rules {site.rules.version}")


def _site(folder: Path, station: str | None) -> Site | None:
    try:
        return load_site(folder, station=station)
    except ConfigError:
        # What is wrong is told by `configuration`, with its warnings.
        return None


def _text(finding: Finding) -> str:
    line = f"{_MARKS[finding.level]}  {finding.check:<18} {finding.told}"
    return f"{line}\n{'':<25}{finding.fix}" if finding.fix else line
