"""What all pages have around them: head, way past the head, menu, search, and headers that let a browser do no more than show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rl_station.central.calls import Answer
from rl_station.central.pages import assets
from rl_station.central.pages.html import Markup, Part, href, join, link, tag
from rl_station.central.pages.speaking import Speaker

MEDIA = "text/html; charset=utf-8"
CLOSED: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Only our own style and script, nothing inline, no frames (CSP Level 3)."""
AGAIN_S = 15
"""Seconds after which a live page without a script is loaded again."""

_MENU = (
    ("page.menu.overview", "/"),
    ("page.menu.troubles", "/troubles"),
    ("page.menu.tasks", "/tasks"),
    ("page.sup.stations", "/stations"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is framed. `who` empty: nobody has signed in. `csrf`: what forms have to send back.

    `here`: its place in the menu.
    """

    say: Speaker
    site: str = ""
    who: str = ""
    csrf: str = ""
    here: str = ""
    live: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def page(look: Look, title: str, *parts: Part, status: int = 200) -> Answer:
    """A whole page; `title` is its heading, too."""
    main = tag("main", tag("h1", title), *parts, id="main", tabindex="-1")
    body = tag("body", link("#main", look.say("page.skip"), class_="skip"), _header(look), main, _footer(look))
    whole = Markup(f"<!doctype html>\n{tag('html', _head(look, title), body, lang=look.say.language)}\n")
    return Answer(whole.encode(), MEDIA, status, {**CLOSED, **look.headers})


def fragment(*parts: Part) -> Answer:
    """A part of a page, for the script."""
    return Answer(join(*parts).encode(), MEDIA, 200, CLOSED)


def see(where: str, **headers: str) -> Answer:
    """Go on with another page (RFC 9110 15.4.4)."""
    return Answer(b"", MEDIA, 303, {**CLOSED, **headers, "location": where})


def form(look: Look, where: str, *parts: Part, **attributes: str) -> Markup:
    """A form that is sent only from here: it carries the session's token."""
    token = tag("input", type="hidden", name="csrf", value=look.csrf)
    return tag("form", token, *parts, method="post", action=where, **attributes)


def field_of(label: str, name: str, hint: str = "", **attributes: str | int | bool | None) -> Markup:
    """An input with its label, and a hint that is read out with it."""
    told = f"{name}-hint" if hint else None
    shown = tag("span", hint, class_="hint", id=told) if hint else None
    given = tag("input", id=name, name=name, aria_describedby=told, **attributes)
    return tag("p", tag("label", label, for_=name), given, shown, class_="field")


def _head(look: Look, title: str) -> Markup:
    where = look.site or "rl_station"
    again = tag("noscript", tag("meta", http_equiv="refresh", content=AGAIN_S)) if look.live else None
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} - {where}"),
        tag("link", rel="stylesheet", href=assets.STYLE),
        tag("link", rel="icon", href=assets.ICON, type="image/svg+xml"),
        tag("script", src=assets.SCRIPT, defer=True) if look.live else None,
        again,
    )


def _header(look: Look) -> Markup:
    say = look.say
    brand = tag("p", tag("strong", look.site or "rl_station"), class_="brand")
    if not look.who:
        return tag("header", brand)
    menu = [
        tag("li", link(where, say(code), aria_current="page" if where == look.here else None)) for code, where in _MENU
    ]
    search = tag(
        "form",
        tag("label", say("page.search.label"), for_="code"),
        tag("input", id="code", name="code", type="search", maxlength=256, autocomplete="off", required=True),
        tag("button", say("page.search.do"), type="submit"),
        action=href("search"),
        role="search",
        class_="search",
    )
    out = form(
        look,
        href("sign-out"),
        tag("span", look.who, class_="who"),
        tag("button", say("page.sign_out"), type="submit", class_="quiet"),
        class_="out",
    )
    return tag("header", brand, tag("nav", tag("ul", menu), aria_label=say("page.menu")), search, out)


def _footer(look: Look) -> Markup:
    return tag("footer", tag("p", look.say("page.footer")))
