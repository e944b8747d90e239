"""What the centre takes of a client, and that a station's rules and screens see it as the centre says it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from rl_station.central.reference_checks import NotTakenError
from rl_station.central.reference_values import decoded, taken
from rl_station.domain.policy import policy_facts
from rl_station.domain.reference import Client, Procedure, Product, SaidClient
from rl_station.domain.sync_wire import Item, Page, digest
from rl_station.settings import load_site
from rl_station.settings.paths import example_site
from rl_station.station.merged_reference import MergedReference
from rl_station.store.known import KnownReader, KnownWriter

SITE = load_site(example_site(), environ={})
NOW = 1_795_262_400_000_000
WORDS = Procedure("sort", "Hang it.", (("de", "Hängen."), ("es", "Colgar.")))
WHOLE = SaidClient(
    "acme",
    "Acme",
    company_prefixes=("9521234",),
    region="EU",
    channels_allowed=("restock",),
    channels_prohibited=("b2b",),
    carriers=("ups",),
    label=("order", "sku"),
    packaging="neutral",
    sop=(WORDS,),
)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[KnownReader]:
    reader = KnownReader(tmp_path)
    yield reader
    reader.close()


def say(folder: Path, *items: Item) -> None:
    """The centre's first page, as a station keeps it."""
    writer = KnownWriter(folder, site="main", station="demo", tracking_keys=lambda number: (number,))
    writer.take(writer.cursor(), Page(incarnation="i", cursor="c1", items=items, digest=digest(items), at=NOW), NOW)
    writer.close()


def test_a_client_is_taken_with_all_that_it_says_and_no_more() -> None:
    found = taken("client", "", WHOLE)
    assert msgspec.json.decode(found.value, type=SaidClient) == WHOLE
    assert taken("client", "", decoded("client", found.value)).value == found.value
    bare = b'{"id":"acme","name":"Acme"}'
    assert taken("client", "", decoded("client", bare)).value == bare


@pytest.mark.parametrize("client", SITE.reference.facts.clients, ids=lambda client: client.id)
def test_the_example_s_clients_can_be_said_by_the_centre(client: Client) -> None:
    said = SaidClient(*msgspec.structs.astuple(client))
    found = taken("client", client.id, said)
    assert decoded("client", found.value).over(None) == client


def test_a_program_can_say_of_a_client_whatever_a_file_can() -> None:
    assert SaidClient.__struct_fields__ == Client.__struct_fields__


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"label": ("ordr",)}, "'ordr' is not one of client"),
        ({"label": ("order", "sku", "grade", "return")}, "at most 3"),
        ({"packaging": "owned"}, "not one of"),
        ({"region": "far away"}, "form"),
        ({"channels_allowed": ("b2b",), "channels_prohibited": ("b2b",)}, "'b2b' is among the allowed"),
        ({"sop": (Procedure("sorting", "x"),)}, "'sorting' is not one of"),
        ({"sop": (WORDS, WORDS)}, "twice at one step"),
        ({"sop": (Procedure("sort", ""),)}, "at least 1 character"),
        ({"sop": (Procedure("sort", "x" * 161),)}, "at most 160"),
        ({"sop": (Procedure("sort", "x", (("fr", "y"),)),)}, "not a known key"),
    ],
)
def test_what_no_file_could_say_is_not_taken_of_a_program(more: dict[str, tuple[str, ...]], reason: str) -> None:
    with pytest.raises(NotTakenError, match=reason):
        taken("client", "", msgspec.structs.replace(SaidClient("acme", "Acme"), **more))


def test_an_article_s_channels_are_taken() -> None:
    article = Product("acme", "A", "A", "toys", (), channels=("restock", "outlet"))
    assert decoded("product", taken("product", "", article).value) == article


def test_the_policy_of_the_centre_is_what_the_rules_are_asked_with(tmp_path: Path, known: KnownReader) -> None:
    reference = MergedReference(SITE.reference, known)
    velora = SaidClient("velora", "Velora", channels_prohibited=("charity",), region="US")
    socks = SITE.reference.product("velora", "VA-SOCK-3P")
    assert socks is not None
    narrower = msgspec.structs.replace(socks, channels=("outlet",))
    before = policy_facts(reference.client("velora"), reference.product("velora", "VA-SOCK-3P"))
    assert before["channels_prohibited"] == ("clearance", "b2b")
    assert before["channels_allowed"] == ("restock", "charity")
    say(
        tmp_path,
        Item("client", "velora", 1, taken("client", "", velora).value),
        Item("product", "velora/VA-SOCK-3P", 1, taken("product", "", narrower).value),
    )
    known.refresh()
    after = policy_facts(reference.client("velora"), reference.product("velora", "VA-SOCK-3P"))
    assert after["channels_prohibited"] == ("charity",)
    assert after["channels_allowed"] == ("outlet",)
    assert after["region"] == "US"


def test_what_the_centre_leaves_out_of_a_client_stays_as_the_site_has_set_it(
    tmp_path: Path, known: KnownReader
) -> None:
    reference = MergedReference(SITE.reference, known)
    before = reference.client("velora")
    assert before is not None
    assert before.channels_prohibited == ("clearance", "b2b")
    bare = taken("client", "", decoded("client", b'{"id": "velora", "name": "Velora SE", "label": []}'))
    say(tmp_path, Item("client", "velora", 1, bare.value))
    known.refresh()
    assert reference.client("velora") == msgspec.structs.replace(before, name="Velora SE", label=())
    lifted = taken("client", "", decoded("client", b'{"id": "velora", "name": "Velora SE", "channels_prohibited": []}'))
    say(tmp_path, Item("client", "velora", 2, lifted.value))
    known.refresh()
    after = reference.client("velora")
    assert after is not None
    assert after.channels_prohibited == ()
    assert after.label == before.label


def test_a_client_that_the_settings_do_not_know_is_what_the_centre_says(tmp_path: Path, known: KnownReader) -> None:
    reference = MergedReference(SITE.reference, known)
    say(tmp_path, Item("client", "acme", 1, b'{"id":"acme","name":"Acme","of_a_later_version":1}'))
    known.refresh()
    assert reference.client("acme") == Client("acme", "Acme")
