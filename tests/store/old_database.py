"""A data folder as an earlier revision left it."""

from __future__ import annotations

from pathlib import Path

from pysqlite3 import dbapi2

from rl_station.store.folder import DATABASE
from rl_station.store.folder import EPOCH as EPOCH_FILE

EVENTS = 56
EPOCH = "0123456789abcdef"


def populated(folder: Path) -> Path:
    """The database of revision 0001 with 56 events, and its epoch's token as it was written then."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = dbapi2.connect(str(folder / DATABASE), isolation_level=None)
    script = (Path(__file__).parent / "populated_0001.sql").read_text(encoding="utf-8")
    raw.execute("PRAGMA journal_mode=WAL")
    raw.executescript(f"BEGIN;{script}COMMIT;")
    raw.close()
    # As that version wrote it: two lines.
    (folder / EPOCH_FILE).write_bytes(b"%s\n%020d\n" % (EPOCH.encode(), EVENTS))
    return folder
