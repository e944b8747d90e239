"""Reference data in memory: found by every key, and the most fitting bin."""

from __future__ import annotations

from rl_station.domain.recalls import RecallTable
from rl_station.domain.reference import AnnouncedLine, AnnouncedReturn, Bin, Client, Lane, Operator, Product
from rl_station.settings import Facts, ReferenceTables

KETTLE = Product("acme", "K1", "Kettle", "small_appliances", ("04006381333931", "00012345678905"))
SAME_KETTLE = Product("bolt", "B-K", "Kettle", "small_appliances", ("04006381333931",))
TWO_LINES = (AnnouncedLine(1, "K1", 2, ("S1", "S2")), AnnouncedLine(2, "K1", 1, ("S1",)))
FIRST = AnnouncedReturn("R1", "acme", "O1", TWO_LINES, tracking=("T1",))
SECOND = AnnouncedReturn("R2", "bolt", "O1", (AnnouncedLine(1, "B-K", 1),), tracking=("T1", "T2"), sscc=("X1",))
NO_ORDER = AnnouncedReturn("R3", "bolt", "", (AnnouncedLine(1, "B-K", 1),))

TABLES = ReferenceTables(
    Facts(
        clients=(Client("acme", "Acme"), Client("bolt", "Bolt")),
        operators=(Operator("mara", "Mara", "100"),),
        lanes=(Lane("L1", "One"), Lane("L2", "Two", ("toys",))),
        bins=(
            Bin("ANY", "Any", ("resell", "recycle")),
            Bin("TOYS", "Toys", ("resell",), categories=("toys",)),
            Bin("ACME", "Acme", ("resell",), clients=("acme",)),
            Bin("BOLT", "Bolt", ("resell",), clients=("bolt",)),
            Bin("ACMETOYS", "Acme toys", ("resell",), clients=("acme",), categories=("toys",)),
            Bin("ANY2", "Any, too", ("resell",)),
            Bin("HOLD", "Hold", ("hold",)),
        ),
        products=(KETTLE, SAME_KETTLE),
        returns=(FIRST, SECOND, NO_ORDER),
        recalls=RecallTable(),
        hold_bin="HOLD",
    )
)


def bin_id(disposition: str, client: str, category: str) -> str:
    found = TABLES.bin_for(disposition, client, category)
    return found.id if found else ""


def test_the_bin_that_says_most_about_a_unit_takes_it() -> None:
    assert bin_id("resell", "acme", "toys") == "ACMETOYS"
    assert bin_id("resell", "acme", "phones") == "ACME"
    assert bin_id("resell", "coda", "toys") == "TOYS"
    assert bin_id("resell", "coda", "phones") == "ANY"


def test_a_bin_of_the_client_wins_over_one_of_the_category() -> None:
    assert bin_id("resell", "bolt", "toys") == "BOLT"


def test_what_has_no_bin_is_held() -> None:
    assert bin_id("donate", "acme", "toys") == "HOLD"


def test_one_gtin_finds_the_articles_of_all_clients() -> None:
    assert TABLES.products_by_gtin("04006381333931") == (KETTLE, SAME_KETTLE)
    assert TABLES.products_by_gtin("00012345678905") == (KETTLE,)


def test_a_shared_tracking_or_order_number_finds_every_return() -> None:
    assert TABLES.returns_by_tracking("T1") == (FIRST, SECOND)
    assert TABLES.returns_by_tracking("T2") == (SECOND,)
    assert TABLES.returns_by_order("O1") == (FIRST, SECOND)


def test_a_serial_on_two_lines_finds_its_return_once() -> None:
    assert TABLES.returns_by_serial("S1") == (FIRST,)


def test_a_return_without_an_order_is_not_found_by_nothing() -> None:
    assert TABLES.returns_by_order("") == ()


def test_unknown_keys_find_nothing_and_raise_nothing() -> None:
    nobody = "nobody"
    assert TABLES.client(nobody) is None
    assert TABLES.operator(nobody) is None
    assert TABLES.operator_by_badge(nobody) is None
    assert TABLES.lane(nobody) is None
    assert TABLES.bin(nobody) is None
    assert TABLES.product("acme", nobody) is None
    assert TABLES.announced(nobody) is None
    assert TABLES.products_by_gtin(nobody) == ()
    assert TABLES.returns_by_sscc(nobody) == ()
    assert TABLES.returns_by_serial(nobody) == ()


def test_people_and_places_are_found_by_id_and_badge() -> None:
    assert TABLES.operator_by_badge("100") == TABLES.operator("mara")
    assert TABLES.lanes() == (TABLES.lane("L1"), TABLES.lane("L2"))
    assert TABLES.returns_by_sscc("X1") == (SECOND,)
    assert TABLES.announced("R3") is NO_ORDER
