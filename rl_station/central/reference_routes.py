"""How other programs hand over reference data: announced returns, products, recalls, people, places, rules."""

from __future__ import annotations

import io

from rl_station.central.calls import Call, Context, Parameter, Reply, Route, bad_request
from rl_station.central.reference_import import How, Report, import_reference
from rl_station.central.reference_read import Source
from rl_station.central.reference_rows import CSV_KINDS
from rl_station.domain.sync_wire import REFERENCE_KINDS


def take(context: Context, call: Call) -> Reply:
    """The body is a whole file; its name or kind say what it is."""
    kind, name = call.query.get("kind", ""), call.query.get("name", "")
    if kind and kind not in REFERENCE_KINDS:
        raise bad_request(f"kind is one of {', '.join(REFERENCE_KINDS)}.")
    if not name:
        media = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        name = "body.csv" if media == "text/csv" else "body.json"
    if name.endswith(".csv") and not kind and name not in ("products.csv", "returns.csv", "recalls.csv"):
        raise bad_request(f"kind says what is in the CSV: one of {', '.join(CSV_KINDS)}.")
    how = How(strict=call.query.get("strict") == "yes", replace=call.query.get("replace") == "yes")
    source = Source(name[:200], kind, lambda: io.BytesIO(call.body))
    return import_reference(context.engine, call.caller.site, [source], how)


ROUTES = (
    Route(
        *("POST", "/v1/reference", "reader", take, "Take reference data; what was refused stands in the report."),
        response=Report,
        takes=("application/json", "text/csv", "application/toml"),
        query=(
            Parameter("kind", "What is in it, where neither its entries nor its name say it."),
            Parameter(
                "name",
                "The file's name: products.csv, returns.csv, recalls.csv, dispositions.toml, checklists/NAME.toml, "
                "supervision.toml, operators.toml.",
            ),
            Parameter("strict", "`yes`: take nothing if one row is refused."),
            Parameter("replace", "`yes`: delete what is not in it, of the kinds it holds."),
        ),
    ),
)
