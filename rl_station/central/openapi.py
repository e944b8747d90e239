"""The server's documentation, made from the table of routes and the types they speak: OpenAPI 3.1, and a page for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

import msgspec

from rl_station import __version__
from rl_station.central.bodies import MEDIA
from rl_station.central.calls import Answer, Call, Context, Route
from rl_station.domain.sync_wire import Refused

_REFERENCE = "#/components/schemas/{name}"
_WHO = {
    "open": "anybody",
    "station": "a station, with the token it got when it was enrolled",
    "reader": "a program, with a reader's token",
    "site": "a station or a program of the site, each with its token",
}
_SHOWN = {"site": ("station", "reader")}
_SCHEMES = {
    "station": {"type": "http", "scheme": "bearer", "description": "Token of an enrolled station (POST /v1/enrol)."},
    "reader": {"type": "http", "scheme": "bearer", "description": "Token of `rl-station central enroll --reader`."},
}


def documented(routes: Sequence[Route]) -> tuple[Route, ...]:
    """The routes, and those that document them."""
    all_routes: list[Route] = [*routes]

    @lru_cache(maxsize=1)
    def made() -> tuple[bytes, bytes]:
        return msgspec.json.encode(document(all_routes)), page(all_routes).encode()

    def openapi(_context: Context, _call: Call) -> Answer:
        return Answer(made()[0], "application/json")

    def docs(_context: Context, _call: Call) -> Answer:
        return Answer(made()[1], "text/html; charset=utf-8")

    all_routes += (
        Route(
            "GET", "/openapi.json", "open", openapi, "This documentation for programs (OpenAPI 3.1).", database=False
        ),
        Route("GET", "/docs", "open", docs, "This documentation for people.", database=False),
    )
    return tuple(all_routes)


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The OpenAPI document."""
    kinds = [kind for route in routes for kind in (route.request, route.response) if kind is not None]
    schemas, components = msgspec.json.schema_components([*kinds, Refused], ref_template=_REFERENCE)
    shapes = {repr(kind): shape for kind, shape in zip([*kinds, Refused], schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "rl_station central server",
            "version": __version__,
            "description": "Stations speak MessagePack, compressed with zstd, of the shapes told here as JSON schemas; a struct "
            "told as an array is one, and bytes are binary. Everybody else speaks JSON.",
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _operation(route: Route, shapes: dict[str, Any]) -> dict[str, Any]:
    media = MEDIA[route.speaks]
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": re.sub(r"\W+", "_", f"{route.method.lower()}{route.path}").strip("_"),
        "parameters": _parameters(route),
        "responses": {
            "200": {"description": "Done.", **_content(media, route.response, shapes)},
            "4XX": {"description": "Not done, and why.", **_content(media, Refused, shapes)},
            "503": {
                "description": "The database is away or busy; come again after Retry-After.",
                **_content(media, Refused, shapes),
            },
        },
    }
    if route.access != "open":
        operation["security"] = [{scheme: []} for scheme in _SHOWN.get(route.access, (route.access,))]
    taken = route.takes or ((media,) if route.request is not None else ())
    if taken:
        shape = {} if route.request is None else {"schema": shapes[repr(route.request)]}
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(taken, shape)}
    return operation


def _content(media: str, kind: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    if media == MEDIA["html"]:
        return {"content": {media: {"schema": {"type": "string"}}}}
    return {} if kind is None else {"content": {media: {"schema": shapes[repr(kind)]}}}


def _parameters(route: Route) -> list[dict[str, Any]]:
    inside = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    asked = [
        {
            "name": each.name,
            "in": "query",
            "required": each.required,
            "description": each.summary,
            "schema": {"type": "integer", "minimum": 0} if each.number else {"type": "string"},
        }
        for each in route.query
    ]
    return inside + asked


# --- for people -------------------------------------------------------------------------------------------------------

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.05rem;margin:2rem 0 .3rem;border-top:1px solid #d0d7de;padding-top:1rem}
code{font-family:ui-monospace,monospace;background:#f0f2f4;padding:.1rem .3rem;border-radius:3px}
.m{font-weight:700;margin-right:.6rem}.w{color:#57606a}dt{font-weight:600}dd{margin:0 0 .4rem 1.5rem}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}code{background:#21262d}h2{border-color:#30363d}
.w{color:#9da7b1}}
"""


def page(routes: Sequence[Route]) -> str:
    """One page that needs nothing from anywhere else."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>rl_station central server</title><style>{_STYLE}</style>'
        f"<h1>rl_station central server {escape(__version__)}</h1>"
        '<p>What it can be asked, by whom. The shapes are in <a href="/openapi.json">openapi.json</a>.</p>'
        + "".join(map(_section, routes))
        + "</html>"
    )


def _section(route: Route) -> str:
    asked = "".join(f"<dt><code>{escape(each.name)}</code></dt><dd>{escape(each.summary)}</dd>" for each in route.query)
    spoken = ", ".join(route.takes) or MEDIA[route.speaks]
    return (
        f'<h2><span class="m">{route.method}</span><code>{escape(route.path)}</code></h2><p>{escape(route.summary)}</p>'
        f'<p class="w">For {escape(_WHO[route.access])}. Speaks {escape(spoken)}.</p>'
        + (f"<dl>{asked}</dl>" if asked else "")
    )
