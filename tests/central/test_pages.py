"""The pages for supervisors at a desk, over real sockets: every page, every way from a figure to a history, hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urljoin, urlsplit

import pytest
from desk import HOSTILE, HOUR, SITE, Desk, worked
from projecting_world import NOON, Writer, deliver
from read_html import Page, assert_accessible, read

from rl_station.central.pages import figures
from rl_station.central.pages.html import text
from rl_station.central.pages.speaking import Speaker
from rl_station.central.reading_counts import MOST_WAITING
from rl_station.domain import events as ev
from rl_station.domain.kpi import Figures, Moment, Recovery, Shift, Targets

MOST_PAGES = 300


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = Desk(database_url)
    yield made
    made.close()


def opened(desk: Desk, path: str, status: int = 200) -> Page:
    answer = desk.client.get(path)
    assert answer.status_code == status, (path, answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = read(answer.text)
    if path != "/live":
        assert_accessible(page)
    return page


def walked(desk: Desk) -> dict[str, Page]:
    """Every page that a way leads to from the overview."""
    found: dict[str, Page] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in found or len(found) == MOST_PAGES:
            continue
        found[path] = page = opened(desk, path)
        for link in page.links():
            there = urlsplit(urljoin(path, link))
            assert not there.netloc, link
            waiting.append(f"{there.path}?{there.query}" if there.query else there.path)
    return found


def test_every_page_that_a_way_leads_to_is_there_and_accessible(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    found = walked(desk)
    assert {"/units/U1", "/units/U2", "/parcels/P1", "/parcels/P2", "/containers/T1", "/tasks", "/troubles"} <= set(
        found
    )
    assert len(found) < MOST_PAGES


def test_from_a_figure_to_a_units_history_with_who_when_where_and_under_which_rules(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    overview = opened(desk, "/")
    (share,) = [link for link in overview.links() if link.startswith("/behind") and "value=resell" in link]
    assert "/units/U1" in opened(desk, share).links()
    text = opened(desk, "/units/U1").text
    for told in ("priya", "bench-1", "2026-11-21 11:04:00", "e9e898f3d5b7", "bulk", "Disposition decided"):
        assert told in text


def test_a_grade_and_a_disposition_are_told_by_their_names_and_not_by_codes_alone(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    overview = opened(desk, "/")
    (share,) = [link for link in overview.links() if "name=functional" in link and "value=F1" in link]
    assert "F1 collectible or specialty" in overview.text
    assert "F1 collectible or specialty" in opened(desk, share).text
    assert "RESELL" in overview.text


def test_every_number_of_the_overview_is_that_of_the_route_for_programs(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    told = desk.client.get("/v1/figures", headers={"authorization": f"Bearer {desk.reader()}"}).json()
    page = opened(desk, "/")
    labels = {each.attributes.get("aria-label", ""): each.text for each in page.all("a")}
    names = {"to_open": "to open", "to_sort": "to sort", "on_hold": "on hold", "to_grade": "to grade"}
    for queue in told["queues"]:
        if queue["queue"] in names:
            label = f"{names[queue['queue']]}, Wait: {queue['waiting']}"
            assert (label in labels) == (queue["waiting"] > 0), "behind none there is nothing to go to"
    for rate in told["rates"]:
        if not rate["station"] and not rate["operator"]:
            label = f"{rate['stage']}, This shift: {rate['shift']}"
            assert labels.get(label, "0") == str(rate["shift"])
            assert (label in labels) == (rate["shift"] > 0)
    assert sum(rate["shift"] for rate in told["rates"]) > 0


def test_every_currency_has_a_recovery_of_its_own_and_a_way_to_its_units() -> None:
    found = (
        Recovery("EUR", 2, 2_000_050, 5_500, 0.275),
        Recovery("SEK", 1, 10_000, 6_000, 0.6),
        Recovery("", 1, 1, 1, 1.0),
    )
    moment = Moment(NOON, NOON, Shift("", NOON - HOUR, NOON + HOUR))
    told = figures.Told(Figures(scope="site", site=SITE, recovery=found), moment, Targets(), Speaker("en"))
    page = read(text(figures.recovery(told)))
    for shown in ("20 000.50 EUR", "55.00 EUR", "100.00 SEK", "60.00 SEK", "0.01"):
        assert shown in page.text, shown
    ways = [link for link in page.links() if "of=recovery" in link]
    assert [sum(f"value={value}" in way for way in ways) for value in ("EUR", "SEK", "-")] == [2, 2, 2]


def test_the_fragment_for_the_script_is_what_the_page_holds(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    fragment = desk.client.get("/live").text
    assert fragment in desk.client.get("/").text
    desk.clock.at += HOUR
    assert desk.client.get("/live").text != fragment


def test_without_a_script_the_overview_loads_itself_again(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    (again,) = [each for each in opened(desk, "/").all("meta") if each.attributes.get("http-equiv") == "refresh"]
    assert "noscript" in again.parents


def test_what_is_soon_late_is_found_behind_any_number_of_what_is_late(desk: Desk) -> None:
    worked(desk)
    dock = Writer("dock-9")
    for number in range(MOST_WAITING):
        dock.write(ev.ParcelReceived(parcel=f"OLD{number}", outcome="matched", client="acme", rmas=("R",)), NOON - HOUR)
    soon = ev.ParcelReceived(parcel="SOON", outcome="matched", client="acme", rmas=("R",))
    dock.write(soon, NOON - HOUR // 2)
    deliver(desk.engine, dock, 1, len(dock.log))
    desk.sign_in()
    (figure,) = [link for link in opened(desk, "/").links() if link == "/waiting?queue=to_open&due=soon"]
    assert [link for link in opened(desk, figure).links() if link.startswith("/parcels/")] == ["/parcels/SOON"]
    late = opened(desk, "/waiting?queue=to_open&due=late")
    assert len([link for link in late.links() if link.startswith("/parcels/")]) == MOST_WAITING
    assert f"first {MOST_WAITING}" in late.text


@pytest.mark.parametrize("code", ["U1", "u1", "JD0001", "R1", "P1"])
def test_any_code_finds_its_thing(desk: Desk, code: str) -> None:
    worked(desk)
    desk.sign_in()
    answer = desk.client.get("/search", params={"code": code})
    if answer.status_code == 303:
        assert answer.headers["location"].startswith(("/units/", "/parcels/"))
    else:
        assert {"/parcels/P1", "/units/U1"} & set(opened(desk, f"/search?code={code}").links())


def test_a_code_that_nobody_knows_is_said_to_be_unknown(desk: Desk) -> None:
    desk.person()
    desk.sign_in()
    assert "knows nothing of this code" in opened(desk, "/search?code=never-seen").text
    assert "/units/U1" not in opened(desk, "/search?code=%20").links()


def test_hostile_names_and_codes_are_shown_and_do_nothing(desk: Desk) -> None:
    worked(desk, HOSTILE)
    desk.sign_in()
    found = walked(desk)
    container = "/containers/" + quote(f"T1{HOSTILE}", safe="")
    assert container in found
    shown = HOSTILE.replace("\u202e", "<202E>")
    assert f"Phone{shown}" in found["/units/U1"].text
    for path in found:
        assert "\u202e" not in desk.client.get(path).text
    assert read(desk.client.get("/").text).all("script")[0].attributes["src"].startswith("/pages/live.js?v=")


@pytest.mark.parametrize(
    "path",
    [
        "/behind?of=" + quote(HOSTILE),
        "/behind",
        "/behind?of=work&since=-1",
        "/behind?of=work&since=99999999999999999999",
        "/waiting",
        "/waiting?queue=" + quote(HOSTILE),
        "/waiting?queue=to_open&due=never",
        "/units/" + quote(HOSTILE, safe=""),
        "/units/" + "A" * 3000,
        "/units/%00",
        "/units/%ff",
        "/parcels/..%2f..%2fetc%2fpasswd",
        "/containers/nothing",
        "/tasks/" + quote(HOSTILE, safe=""),
        "/pages/..%2fassets.py",
        "/nothing/" + quote(HOSTILE, safe=""),
        "/search?code=%00",
    ],
)
def test_a_question_that_makes_no_sense_is_a_page_with_a_reason(desk: Desk, path: str) -> None:
    desk.person()
    desk.sign_in()
    answer = desk.client.get(path)
    assert 400 <= answer.status_code < 500, answer
    page = read(answer.text)
    assert_accessible(page)
    (told,) = [each for each in page.all("p") if each.attributes.get("role") == "alert"]
    assert told.text


@pytest.mark.parametrize(
    "path",
    [
        "/behind?of=work&since=9223372036854775807&until=1",
        "/behind?of=share&name=" + quote(HOSTILE) + "&value=" + quote(HOSTILE),
        "/behind?of=trouble&name=nothing&client=" + quote(HOSTILE),
        "/behind?of=agreement&operator=" + "A" * 5000,
        "/search?code=" + quote(HOSTILE),
        "/search?code=" + "%F0%9F%92%A9" * 200,
        "/tasks?resolved=" + quote(HOSTILE),
    ],
)
def test_an_odd_question_that_makes_sense_is_answered(desk: Desk, path: str) -> None:
    worked(desk)
    desk.sign_in()
    opened(desk, path)


def test_pages_are_in_the_supervisors_language(desk: Desk) -> None:
    worked(desk)
    desk.person(language="de")
    desk.sign_in()
    page = opened(desk, "/")
    assert page.all("html")[0].attributes["lang"] == "de"
    assert page.all("h1")[0].text == f"Standort {SITE}"
    assert opened(desk, "/units/U1").all("h1")[0].text == "Stück U1"


def test_times_are_those_of_the_site(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    assert NOON == 1_795_262_400_000_000
    assert "2026-11-21 13:00:00" in opened(desk, "/").text


def test_the_style_and_the_script_are_ours_and_may_be_kept(desk: Desk) -> None:
    page = opened(desk, "/sign-in")
    (style, _icon) = page.all("link")
    answer = desk.client.get(style.attributes["href"])
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "max-age" in answer.headers["cache-control"]
    assert "http:" not in answer.text and "https:" not in answer.text


def test_nobody_keeps_a_page(desk: Desk) -> None:
    desk.person()
    desk.sign_in()
    assert desk.client.get("/").headers["cache-control"] == "no-store"
