"""Signing in by badge and PIN or with a reader's token, and out again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rl_station.central.calls import Answer, Call, Context, Route
from rl_station.central.database import reading
from rl_station.central.pages import layout, people, sessions, visit
from rl_station.central.pages.html import Markup, href, tag
from rl_station.central.pages.layout import Look, field_of, form
from rl_station.central.pages.people import Unwelcome
from rl_station.central.pages.sessions import Session
from rl_station.central.pages.speaking import Speaker, speaker
from rl_station.central.pages.visit import FORM, Visit
from rl_station.i18n import quantities

_OURS = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""An address on this server: a path, no host."""


def show(context: Context, call: Call) -> Answer:
    return _page(context, call, call.query.get("next", ""))


def by_pin(context: Context, call: Call) -> Answer:
    given = _checked(context, call)
    sites = reading(context.engine, people.sites)
    site = given.get("site", "").strip() or (sites[0] if len(sites) == 1 else "")
    if len(sites) > 1 and not site:
        return _page(context, call, given.get("next", ""), Unwelcome("which_site"))
    return _done(context, call, given, people.by_pin(context, site, given.get("badge", ""), given.get("pin", "")))


def by_token(context: Context, call: Call) -> Answer:
    given = _checked(context, call)
    return _done(context, call, given, people.by_token(context, given.get("token", "")))


def sign_out(seen: Visit) -> Answer:
    people.end(seen.context, seen.session)
    return layout.see(href("sign-in"), **sessions.cookie(sessions.COOKIE, "", seen.call.headers))


def _checked(context: Context, call: Call) -> Mapping[str, str]:
    """The form, which has to be the one that this browser was given. Raises Rejected."""
    given = visit.form_of(call)
    visit.check_form(call, given, sessions.cookies(call.headers).get(sessions.DOOR, ""), visit.key(context))
    return given


def _done(context: Context, call: Call, given: Mapping[str, str], found: Session | Unwelcome) -> Answer:
    if isinstance(found, Unwelcome):
        return _page(context, call, given.get("next", ""), found)
    where = given.get("next", "")
    cookie = sessions.cookie(sessions.COOKIE, sessions.packed(found, visit.key(context)), call.headers)
    return layout.see(where if _OURS.fullmatch(where) else "/", **cookie)


def _page(context: Context, call: Call, where: str, why: Unwelcome | None = None) -> Answer:
    say = speaker(call.headers)
    door = sessions.cookies(call.headers).get(sessions.DOOR, "")
    if not sessions.is_nonce(door):
        door = sessions.nonce(context.chance(16))
    look = Look(
        say,
        csrf=sessions.form_token(door, visit.key(context)),
        headers=sessions.cookie(sessions.DOOR, door, call.headers),
    )
    several = len(reading(context.engine, people.sites)) > 1
    problem = None if why is None else tag("p", _reason(context, say, why), class_="problem", role="alert")
    ways = (_badge_form(look, where, context.pepper, several=several), _token_form(look, where))
    parts = (problem, tag("div", ways, class_="columns"))
    return layout.page(look, say("page.sign_in"), *parts, status=_STATUS.get(why.code, 403) if why else 200)


_STATUS = {"locked": 429, "which_site": 400}


def _reason(context: Context, say: Speaker, why: Unwelcome) -> str:
    minutes = -(-max(0, why.until - context.clock.now()) // 60_000_000)
    return say(f"page.in.{why.code}", minutes=minutes, time=quantities.age(minutes * 60_000_000))


def _badge_form(look: Look, where: str, pepper: bytes, *, several: bool) -> Markup:
    say = look.say
    if not pepper:
        return tag("p", say("page.in.no_pepper"), class_="hint")
    return tag(
        "section",
        tag("h2", say("page.in.by_pin")),
        form(
            look,
            href("sign-in"),
            _next(where),
            field_of(say("page.in.site"), "site", maxlength=64, autocomplete="off", required=True) if several else None,
            field_of(
                say("page.in.badge"),
                "badge",
                say("page.in.badge.hint"),
                maxlength=40,
                autocomplete="off",
                autofocus=True,
                required=True,
            ),
            field_of(
                say("page.in.pin"),
                "pin",
                type="password",
                inputmode="numeric",
                maxlength=12,
                autocomplete="off",
                required=True,
            ),
            tag("button", say("page.in.go"), type="submit"),
        ),
    )


def _token_form(look: Look, where: str) -> Markup:
    say = look.say
    return tag(
        "section",
        tag("h2", say("page.in.by_token")),
        form(
            look,
            href("sign-in", "token"),
            _next(where),
            field_of(
                say("page.in.token"),
                "token",
                say("page.in.token.hint"),
                type="password",
                maxlength=400,
                autocomplete="off",
                required=True,
            ),
            tag("button", say("page.in.go"), type="submit", class_="quiet"),
        ),
    )


def _next(where: str) -> Markup | None:
    return tag("input", type="hidden", name="next", value=where) if _OURS.fullmatch(where) else None


ROUTES = (
    Route("GET", "/sign-in", "open", show, "Where supervisors sign in.", form="html"),
    Route("POST", "/sign-in", "open", by_pin, "Sign in by badge and PIN.", form="html", takes=(FORM,)),
    Route("POST", "/sign-in/token", "open", by_token, "Sign in with a reader's token.", form="html", takes=(FORM,)),
    visit.deed("/sign-out", sign_out, "Sign out, everywhere."),
)
