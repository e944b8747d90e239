"""The pages in a real browser: from a figure to a unit's history by clicks and by keys, live, and accessible to its engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import browser as browsers
import pytest
from browser import Browser
from desk import BADGE, HOSTILE, MINUTE, PIN, Desk, worked
from projecting_world import NOON, Writer, deliver

from rl_station.domain import events as ev

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        browsers.found() is None, reason="no chromium with chromedriver here: nobody looked at the pages"
    ),
]
TAB, ENTER = "\ue004", "\ue007"

_LEFT_OUT = """
const visible = (e) => e.getClientRects().length > 0;
const name = (e) => (e.getAttribute('aria-label') || e.textContent || '').trim();
const wrong = [];
const all = (css) => [...document.querySelectorAll(css)];
if (!document.documentElement.lang) wrong.push('no language');
if (all('h1').length !== 1) wrong.push('not one h1');
if (all('main').length !== 1) wrong.push('not one main');
let level = 0;
for (const h of all('h1, h2, h3')) {
  const now = Number(h.tagName[1]);
  if (now > level + 1) wrong.push('a heading is left out before ' + name(h));
  level = now;
}
for (const t of all('table')) {
  if (!t.caption || !name(t.caption)) wrong.push('a table without a caption');
  for (const h of t.querySelectorAll('th')) if (!['col', 'row'].includes(h.scope)) wrong.push('no scope: ' + name(h));
  for (const row of t.tBodies[0].rows) if (row.cells.length !== t.tHead.rows[0].cells.length) wrong.push('a ragged table');
}
for (const i of all('input:not([type=hidden]), textarea')) if (!i.labels.length) wrong.push('no label: ' + i.name);
for (const a of all('a, button')) if (visible(a) && !name(a)) wrong.push('nameless ' + a.outerHTML);
return wrong;
"""
_FAINT = """
const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = (c) => { const [r, g, b] = c.map((v) => linear(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const parts = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (e) => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
const faint = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!own || !e.getClientRects().length || e.closest('svg, .unseen, .skip')) continue;
  const a = light(parts(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) faint.push(ratio.toFixed(2) + ' ' + e.tagName + ' ' + e.className + ' ' + e.textContent.slice(0, 40));
}
return faint;
"""


@pytest.fixture
def bare(sqlite_url: str) -> Iterator[Desk]:
    made = Desk(sqlite_url)
    yield made
    made.close()


@pytest.fixture
def desk(bare: Desk) -> Desk:
    worked(bare)
    return bare


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with browsers.browsing(tmp_path / "profile") as made:
        yield made


def sign_in(browser: Browser, desk: Desk) -> None:
    browser.open(f"{desk.server.url}/")
    browser.type("#badge", BADGE)
    browser.type("#pin", PIN)
    browser.click("main form button")
    browser.wait("return location.pathname === '/' && document.querySelector('#live') !== null")


def assert_fit_for_all(browser: Browser) -> None:
    assert browser.run(_LEFT_OUT) == []
    assert browser.run(_FAINT) == []


def test_by_clicks_from_a_figure_to_a_units_history(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    assert browser.title == "Site north - north"
    assert_fit_for_all(browser)
    browser.click("#disposition a[href*='value=resell']")
    browser.wait("return location.pathname === '/behind'")
    assert_fit_for_all(browser)
    browser.click("#subjects a[href='/units/U1']")
    browser.wait("return location.pathname === '/units/U1'")
    assert_fit_for_all(browser)
    history = browser.text("#history")
    for told in ("Disposition decided", "priya", "bench-1", "2026-11-21 11:04:00", "e9e898f3d5b7"):
        assert told in history
    browser.click("#history a[href='/parcels/P1']")
    browser.wait("return location.pathname === '/parcels/P1'")
    assert "Parcel received" in browser.text("#history")


def test_by_keys_alone(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    browser.run("document.activeElement.blur()")
    browser.press(TAB)
    assert browser.run("return document.activeElement.className") == "skip"
    outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    browser.press(ENTER)
    browser.wait("return location.hash === '#main'")
    browser.press(TAB)
    assert browser.run("return document.activeElement.closest('main') !== null")
    assert browser.run("return document.activeElement.getAttribute('aria-label')") == "received, This shift: 2"
    browser.press(ENTER)
    browser.wait("return location.pathname === '/behind'")


def test_figures_change_while_one_looks_and_the_focus_stays(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    browser.run("document.querySelector('#queues tbody a').focus()")
    before = browser.run("return document.activeElement.getAttribute('aria-label')")
    assert before == "to open, Wait: 1"
    late = Writer("dock-2")
    late.write(ev.ParcelReceived(parcel="P9", outcome="blind", client="acme"), NOON + MINUTE)
    deliver(desk.engine, late, 1, 1)
    browser.wait("return document.querySelector('#queues tbody a').textContent === '2'")
    assert browser.run("return document.activeElement.getAttribute('aria-label')") == "to open, Wait: 2"


def test_a_wide_table_stays_where_it_was_scrolled_to_while_figures_change(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    browser.size(500, 900)
    browser.open(f"{desk.server.url}/")
    table = "document.querySelector('#troubles .scroll')"
    browser.run(f"{table}.scrollLeft = 120")
    assert browser.run(f"return {table}.scrollLeft") == 120
    browser.wait("return Number(document.querySelector('#live').dataset.looks) > 0")
    assert browser.run(f"return {table}.scrollLeft") == 120


def test_a_badge_can_be_scanned_at_once(browser: Browser, desk: Desk) -> None:
    browser.open(f"{desk.server.url}/")
    browser.wait("return document.activeElement.id === 'badge'")
    for key in (*BADGE, ENTER):
        browser.press(key)
    browser.wait("return document.activeElement.id === 'pin'")
    for key in (*PIN, ENTER):
        browser.press(key)
    browser.wait("return document.querySelector('#live') !== null")


def test_a_server_that_is_gone_is_told(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    desk.server.stop()
    said = browser.wait("return document.querySelector('#live-state').textContent")
    assert said == "The figures below are old: the server does not answer."


def test_who_is_signed_out_elsewhere_sees_no_more_figures(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    desk.person(roles=("worker",))
    browser.wait("return location.pathname === '/sign-in'")


def test_a_conflict_is_settled_by_form(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    browser.click("#troubles a[href^='/tasks/']")
    browser.wait("return location.pathname.startsWith('/tasks/')")
    assert_fit_for_all(browser)
    browser.type("#note", "Looked at it: resell.")
    browser.click("main form button")
    browser.wait("return document.querySelector('#note') === null")
    assert "Looked at it: resell." in browser.text("main")


def test_hostile_names_run_nothing(browser: Browser, bare: Desk) -> None:
    worked(bare, HOSTILE)
    sign_in(browser, bare)
    for path in ("/", "/units/U1", "/parcels/P1", "/troubles"):
        browser.open(bare.server.url + path)
        assert browser.run("return document.querySelectorAll('img, script:not([src])').length") == 0
        assert "<script>alert(1)</script>" in browser.run("return document.body.textContent")


def test_nothing_but_tables_is_wider_than_a_small_window(browser: Browser, desk: Desk) -> None:
    sign_in(browser, desk)
    browser.size(500, 900)
    for path in ("/", "/units/U1", "/tasks", "/troubles"):
        browser.open(desk.server.url + path)
        assert browser.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path


def test_the_dark_theme_can_be_read_as_well(desk: Desk, tmp_path: Path) -> None:
    with browsers.browsing(tmp_path / "dark", "--blink-settings=preferredColorScheme=0") as browser:
        sign_in(browser, desk)
        assert browser.run("return matchMedia('(prefers-color-scheme: dark)').matches")
        assert browser.run(_FAINT) == []
        browser.open(f"{desk.server.url}/units/U1")
        assert browser.run(_FAINT) == []
