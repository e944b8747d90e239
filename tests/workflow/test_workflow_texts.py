"""Every code a decider can say stands in the catalogue, every alarm has its next step, and nothing stands there unused."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import rl_station.workflow
from rl_station.domain import events as e
from rl_station.domain.grades import COSMETIC, DISPOSITIONS, FUNCTIONAL, PACKAGING
from rl_station.domain.rework import RESULTS
from rl_station.domain.scan import ScanKind
from rl_station.i18n.workflow_texts import TEXTS
from rl_station.workflow.announce import SPOKEN
from rl_station.workflow.inspect.approval import STEPS as APPROVAL
from rl_station.workflow.inspect.approval import WHY
from rl_station.workflow.inspect.grading import STEPS
from rl_station.workflow.inspect.recall import STEPS as RECALL
from rl_station.workflow.receive.choices import CONDITIONS, HAZARDS
from rl_station.workflow.rework.phases import WORK_PHASES

SOURCES = sorted(Path(rl_station.workflow.__file__).parent.rglob("*.py"))

FAMILIES = {
    "kind": [*ScanKind, "answer", "evidence", "lot", "number", "parcel", "part", "photo", "scan", "unit"],
    "event": [kind.__name__ for kind in get_args(e.AnyEvent)],
    "done": ["noted", *(kind.__name__ for kind in SPOKEN)],
    "disposition": DISPOSITIONS,
    "grade": [*FUNCTIONAL, *COSMETIC],
    "packaging": PACKAGING,
    "packaging_rule": ["own", "neutral", "any"],
    "condition": CONDITIONS,
    "hazard": [*HAZARDS, "fire", "corrosion", "loose_wiring", "misuse"],
    "outcome": ["matched", "blind", "cancelled"],
    "discrepancy": ["missing", "unexpected", "other_client", "swap"],
    "held": ["cancelled", "hazard", "swap"],
    "verdict": ["swap", "other_item", "shipped_tag"],
    "match": ["expected", "unexpected", "other_client", "unknown_product"],
    "weight": ["lighter", "heavier"],
    "known_by": ["store", "label"],
    "container": ["open", "closed", "consolidated", "shipped", "unknown"],
    "task": ["receive", "inspect", "sort", "rework", "second_look", "trace", "note", "supervise", "menu"],
    "wish": ["refund", "exchange", "repair"],
    "label": ["parcel", "unit", "container", "manifest"],
    "reason": [
        "CO",
        "CV",
        "DM",
        "DP",
        "DR",
        "EI",
        "EO",
        "EW",
        "LP",
        "NA",
        "OP",
        "PE",
        "PF",
        "PW",
        "SD",
        "SP",
        "SR",
        "ST",
        "WG",
    ],
    "receive": [
        "condition",
        "hazard",
        *(f"{step}{part}" for step in ("weigh", "plate") for part in ("", ".detail")),
        "choose.detail",
        "again.detail",
        "unannounced.detail",
        "identify.detail",
    ],
    "inspect": [
        *(
            f"{step}{part}"
            for step in ("product", "category", "mismatch", "serial", "question", "grade", "plate", *APPROVAL, *RECALL)
            for part in ("", ".detail")
        ),
        *(f"expected_{step}" for step in ("mismatch", "serial", "question", "grade", "plate", *APPROVAL, *RECALL)),
        *("text", "scan", "photo", "timer"),
    ],
    "fact": ["notice", "danger", "models", "lots", "remedy"],
    "overruled": WHY,
    "result": RESULTS,
    "work": ["rework", "approval"],
    "rework": [
        *(f"{phase}.detail" for phase in WORK_PHASES),
        *(phase for phase in WORK_PHASES if phase != "work"),
        *(f"expected_{phase}" for phase in WORK_PHASES),
    ],
    "handling": ["ground", "no_air", "single"],
    "role": ["inspector", "supervisor"],
    "sort": [f"{step}{part}" for step in ("card", "consolidate", "ship", "differs") for part in ("", ".detail")],
    "choice": [
        *STEPS,
        "timer_start",
        "timer_finished",
        "return",
        "return_cancelled",
        "return_here",
        "consolidate",
        "ship",
        "break",
    ],
}
"""Codes that are put together from a family and one of a closed set of words."""

ALARMS = (
    *("alarm.parcel_hazard", "alarm.other_client", "alarm.swap", "alarm.recall", "alarm.unit_hazard"),
    *("alarm.other_clients_tag", "alarm.tag_mismatch", "alarm.destroyed_here", "alarm.shipped_here"),
    "alarm.container_differs",
    *("alarm.recall_said", "alarm.recall_late", "alarm.recall_elsewhere", "alarm.recall_shipped"),
)


def calls() -> Iterator[tuple[str, ast.Call]]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, node


def constants(node: ast.expr) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def literal_codes() -> set[str]:
    """Codes that stand whole in the source, as the first argument of what makes a message."""
    found: set[str] = set()
    for name, call in calls():
        if not call.args or isinstance(call.args[0], ast.JoinedStr):
            continue
        words = constants(call.args[0])
        if name in ("refuse", "message"):
            found.update(word for word in words if "." in word)
        elif name == "wrong_place":
            found.update(constants(call.args[1]))
        elif name == "fact":
            found.update(f"fact.{word}" for word in words)
        elif name == "choice" and len(call.args) == 1:
            found.update(f"choice.{word}" for word in words)
    return found


def fixed_codes() -> set[str]:
    source = "".join(path.read_text("utf-8") for path in SOURCES)
    return {code for code in TEXTS if code.startswith("undo.") and f'"{code}"' in source}


def family_codes() -> set[str]:
    return {f"{family}.{word}" for family, words in FAMILIES.items() for word in words}


def blocking_codes() -> set[str]:
    found = set(ALARMS)
    for name, call in calls():
        if name == "refuse" and any(keyword.arg == "blocking" for keyword in call.keywords):
            found.update(word for word in constants(call.args[0]) if "." in word)
        elif name == "wrong_place":
            found.update(constants(call.args[1]))
    return found - {"scan.wrong_kind", "inspect.held"}


def test_every_code_in_the_source_has_a_text() -> None:
    assert len(literal_codes()) > 100, "the search itself is broken"
    assert literal_codes() <= set(TEXTS)


def test_every_word_of_every_family_has_a_text() -> None:
    assert family_codes() <= set(TEXTS)


def test_every_alarm_says_what_to_do_next() -> None:
    assert len(blocking_codes()) > 15, "the search itself is broken"
    assert {f"{code}.next" for code in blocking_codes()} <= set(TEXTS)


def test_no_text_is_left_over() -> None:
    used = literal_codes() | family_codes() | fixed_codes() | set(ALARMS)
    used |= {f"{code}.next" for code in blocking_codes()}
    assert set(TEXTS) - used == set()


def test_every_text_is_one_printable_line() -> None:
    assert [code for code, text in TEXTS.items() if not text.isprintable() or text != text.strip()] == []
