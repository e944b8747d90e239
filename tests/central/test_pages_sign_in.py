"""Who comes in to the pages, and who does not: badges and PINs, tokens, sessions, forms from elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from asked_front import StillClock
from desk import BADGE, HOUR, MINUTE, PIN, SITE, Desk, worked
from read_html import assert_accessible, read

from rl_station.central import tables
from rl_station.central.calls import Request
from rl_station.central.database import open_engine
from rl_station.central.front import Front
from rl_station.central.pages import sessions
from rl_station.domain import site_codes
from rl_station.settings.pins import hashed

WRONG = "314159"


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    made = Desk(database_url)
    made.person()
    yield made
    made.close()


def inside(desk: Desk, client: httpx.Client | None = None) -> bool:
    return (client or desk.client).get("/tasks").status_code == 200


def told(answer: httpx.Response) -> str:
    page = read(answer.text)
    assert_accessible(page)
    (alert,) = [each for each in page.all("p") if each.attributes.get("role") == "alert"]
    return alert.text


def test_nobody_sees_a_page_without_signing_in(desk: Desk) -> None:
    for path in ("/", "/live", "/tasks", "/troubles", "/stations", "/units/U1", "/behind?of=work", "/search?code=U1"):
        answer = desk.client.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in")
        assert answer.content == b""


def test_badge_and_pin_open_the_pages(desk: Desk) -> None:
    answer = desk.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    for said in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=36000"):
        assert said in answer.headers["set-cookie"]
    assert inside(desk)


@pytest.mark.parametrize("badge", [site_codes.make(site_codes.BADGE, BADGE), f" {BADGE} "])
def test_a_scanned_badge_is_as_good_as_a_typed_one(desk: Desk, badge: str) -> None:
    assert desk.sign_in(badge=badge).status_code == 303


def test_after_signing_in_one_is_where_one_wanted_to_be(desk: Desk) -> None:
    where = desk.client.get("/behind?of=work&name=sorted").headers["location"]
    assert 'name="next" value="/behind?of=work&amp;name=sorted"' in desk.client.get(where).text
    assert desk.sign_in(next="/behind?of=work&name=sorted").headers["location"] == "/behind?of=work&name=sorted"


@pytest.mark.parametrize(
    "where", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nx: y", "javascript:x"]
)
def test_signing_in_leads_to_no_other_site(desk: Desk, where: str) -> None:
    assert desk.sign_in(next=where).headers["location"] == "/"


def test_over_tls_the_cookie_goes_nowhere_else(desk: Desk) -> None:
    given = {"csrf": desk.token(), "badge": BADGE, "pin": PIN}
    answer = desk.client.post("/sign-in", data=given, headers={"x-forwarded-proto": "https"})
    assert "; Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("badge", "pin"), [(BADGE, WRONG), ("100000", PIN), ("", ""), ("A" * 40, "9" * 12), ("' OR 1=1", PIN)]
)
def test_a_wrong_badge_and_a_wrong_pin_are_told_alike(desk: Desk, badge: str, pin: str) -> None:
    answer = desk.sign_in(pin, badge)
    assert answer.status_code == 403
    assert told(answer) == "Badge and PIN do not belong together, or this is no supervisor's badge."
    assert not inside(desk)


def test_who_is_no_supervisor_does_not_come_in(desk: Desk) -> None:
    desk.person(roles=("worker", "inspector"))
    assert desk.sign_in().status_code == 403


def test_ten_wrong_pins_lock_and_say_so_also_after_a_restart(desk: Desk) -> None:
    answers = [desk.sign_in(WRONG) for _ in range(10)]
    assert [each.status_code for each in answers] == [403] * 9 + [429]
    assert told(answers[9]) == "Too many wrong PINs. Try again in 15 min."
    desk.restart()
    locked = desk.sign_in()
    assert locked.status_code == 429
    assert not inside(desk)
    desk.clock.at += 15 * MINUTE
    assert desk.sign_in().status_code == 303


def test_ten_more_lock_for_twice_as_long(desk: Desk) -> None:
    for _ in range(10):
        desk.sign_in(WRONG)
    desk.clock.at += 15 * MINUTE
    for _ in range(10):
        last = desk.sign_in(WRONG)
    assert "30 min" in told(last)


def test_the_right_pin_forgets_the_wrong_ones(desk: Desk) -> None:
    for _ in range(2):
        for _ in range(9):
            assert desk.sign_in(WRONG).status_code == 403
        assert desk.sign_in().status_code == 303


def test_many_tries_at_once_are_no_more_than_ten(desk: Desk) -> None:
    token = desk.token()
    said: list[int] = []

    def guess() -> None:
        with desk.browser() as client:
            client.cookies.update(desk.client.cookies)
            given = {"csrf": token, "badge": BADGE, "pin": WRONG}
            # Who comes while four are in turn is asked to come again, and that is no try.
            while (status := client.post("/sign-in", data=given).status_code) == 503:
                pass
            said.append(status)

    guesses = [threading.Thread(target=guess) for _ in range(16)]
    for each in guesses:
        each.start()
    for each in guesses:
        each.join()
    assert sorted(said) == [403] * 9 + [429] * 7


def test_without_the_pepper_there_is_no_way_in_by_pin(desk: Desk) -> None:
    desk.restart(pepper=b"")
    assert 'name="pin"' not in desk.client.get("/sign-in").text
    assert desk.client.post("/sign-in", data={"csrf": desk.token(), "badge": BADGE, "pin": PIN}).status_code == 403


def test_a_hash_made_with_another_pepper_opens_nothing(desk: Desk) -> None:
    desk.person(pin=hashed("ingrid", PIN, b"another pepper"))
    assert desk.sign_in().status_code == 403


def test_a_readers_token_opens_the_pages_until_it_is_revoked(desk: Desk) -> None:
    token = desk.reader()
    assert desk.with_token(token).status_code == 303
    assert inside(desk)
    desk.reader()
    assert not inside(desk)
    assert told(desk.with_token(token)) == "This token was revoked."


@pytest.mark.parametrize("token", ["", "nonsense", "rlr_e30.x", "é" * 50, "rls_WyJhIl0." + "A" * 43])
def test_any_other_token_opens_nothing(desk: Desk, token: str) -> None:
    assert told(desk.with_token(token)) == "This token is none of ours."
    assert not inside(desk)


def test_where_there_are_several_sites_one_says_which(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(tables.feed.insert().values(site="south", position=0, stamp="", marks=0))
    assert told(desk.sign_in()) == "Say which site."
    assert desk.sign_in(site="south").status_code == 403
    assert desk.sign_in(site=SITE).status_code == 303


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_a_session_ends_with_the_day(desk: Desk) -> None:
    desk.sign_in()
    desk.clock.at += 10 * HOUR
    assert not inside(desk)


def test_signing_out_ends_every_session_of_that_person(desk: Desk) -> None:
    desk.sign_in()
    with desk.browser() as other:
        desk.sign_in(client=other)
        desk.clock.at += MINUTE
        answer = desk.client.post("/sign-out", data={"csrf": desk.token("/")})
        assert answer.headers["location"] == "/sign-in"
        assert not inside(desk, other)
    assert not inside(desk)
    desk.clock.at += MINUTE
    desk.sign_in()
    assert inside(desk)


@pytest.mark.parametrize("changed", [{"roles": ("worker",)}, {"pin": ""}, {"pin": hashed("ingrid", WRONG, b"x" * 16)}])
def test_a_session_ends_with_the_role_or_the_pin(desk: Desk, changed: dict[str, object]) -> None:
    desk.sign_in()
    assert inside(desk)
    desk.person(**changed)
    assert not inside(desk)


def test_a_cookie_that_was_changed_is_none(desk: Desk) -> None:
    desk.sign_in()
    good = desk.client.cookies[sessions.COOKIE]
    body, _, signature = good.partition(".")
    forged = sessions.packed(sessions.Session(SITE, "operator", "ingrid", desk.clock.at, "", "n"), b"guessed")
    for bad in ("", ".", body, f"{body}.", f"x{good}", f"{good}x", f".{signature}", forged, "é", "A" * 5000, '"\\'):
        headers = {"cookie": f"{sessions.COOKIE}={bad}".encode("latin-1")}
        answer = httpx.get(f"{desk.server.url}/tasks", headers=headers, trust_env=False)
        assert answer.status_code == 303, bad


def test_a_cookie_of_another_server_is_none(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Desk(f"sqlite:///{tmp_path_factory.mktemp('other') / 'central.sqlite3'}")
    other.person()
    other.sign_in()
    desk.client.cookies.update(other.client.cookies)
    other.close()
    assert not inside(desk)


# --- forms ------------------------------------------------------------------------------------------------------------


def test_a_form_without_its_token_does_nothing(desk: Desk) -> None:
    worked(desk)
    desk.sign_in()
    (task,) = desk.client.get("/v1/tasks", headers={"authorization": f"Bearer {desk.reader()}"}).json()
    for token in ("", "wrong", "é", desk.token("/sign-in")):
        answer = desk.client.post(f"/tasks/{task['id']}", data={"csrf": token, "note": "Looked at it."})
        assert answer.status_code == 403, token
        assert "no longer good" in told(answer)
    assert desk.client.post("/sign-out", data={"note": "x"}).status_code == 403
    assert inside(desk)


def test_a_form_of_another_site_does_nothing(desk: Desk) -> None:
    desk.sign_in()
    answer = desk.client.post("/sign-out", data={"csrf": desk.token("/")}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert inside(desk)


def test_signing_in_needs_the_form_that_this_browser_was_given(desk: Desk) -> None:
    with desk.browser() as other:
        stolen = desk.token(client=other)
    answer = desk.client.post("/sign-in", data={"csrf": stolen, "badge": BADGE, "pin": PIN})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"csrf=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=b" for _ in range(50)), "application/x-www-form-urlencoded", 400),
        (b"csrf=%00", "application/x-www-form-urlencoded", 400),
        (b"csrf=" + b"a" * 20_000, "application/x-www-form-urlencoded", 413),
        (b'{"csrf": "x"}', "application/json", 415),
        (b"", "application/x-www-form-urlencoded", 403),
    ],
)
def test_a_form_that_is_none_is_refused_as_a_page(desk: Desk, body: bytes, media: str, status: int) -> None:
    answer = desk.client.post("/sign-in", content=body, headers={"content-type": media})
    assert answer.status_code == status
    assert told(answer)


def test_a_database_that_is_away_is_told_as_a_page(tmp_path: Path) -> None:
    front = Front(open_engine(f"sqlite:///{tmp_path}/no/such/folder.sqlite3"), StillClock())
    answer = front.answer(Request("GET", "/", {}, {}, b""))
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert_accessible(read(answer.body.decode()))
