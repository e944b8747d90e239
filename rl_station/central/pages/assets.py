"""The style sheet, the script and the icon, as they lie beside this module; their addresses change with what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from rl_station.central.calls import Answer, Call, Context, Rejected, Route
from rl_station.domain.sync_wire import Refused

_FOLDER = Path(__file__).parent / "files"
_MEDIA = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


class _Asset(NamedTuple):
    body: bytes
    media: str


_ASSETS: Mapping[str, _Asset] = {
    path.name: _Asset(path.read_bytes(), _MEDIA[path.suffix[1:]])
    for path in sorted(_FOLDER.iterdir())
    if path.suffix[1:] in _MEDIA
}


def _address(name: str) -> str:
    return f"/pages/{name}?v={hashlib.sha256(_ASSETS[name].body).hexdigest()[:12]}"


STYLE, SCRIPT, ICON = _address("pages.css"), _address("live.js"), _address("icon.svg")


def asset(_context: Context, call: Call) -> Answer:
    found = _ASSETS.get(call.params["name"])
    if found is None:
        raise Rejected(Refused(code="not_found", message="There is no such file."))
    return Answer(found.body, found.media, 200, {"cache-control": "public, max-age=86400"})


ROUTES = (Route("GET", "/pages/{name}", "open", asset, "The pages' style and script.", form="html", database=False),)
