"""The demo's central server: a real one in this process, its database among the demo's data, the station enrolled with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rl_station.domain.sync_wire import Enrolment, EnrolRequest
from rl_station.settings import SUPERVISION_FILE, Site
from rl_station.sync import enrolment
from rl_station.sync.enrolment import Enrolled

if TYPE_CHECKING:
    from rl_station.central.front import Front

DATABASE = "central.sqlite3"
AFTER_S = 1.0
"""The demo's first screen comes first: loading a web server takes a second of the processor."""

log = logging.getLogger(__name__)


@contextmanager
def beside(site: Site, data: Path) -> Iterator[None]:
    """There as long as the block, a moment after it begins: the first screen does not wait for it.

    Without it the demo works as a station that is enrolled nowhere.
    """
    centre = _Centre(site, data)
    centre.start()
    try:
        yield
    finally:
        centre.stop()


class _Centre:
    """The server and the thread that brings it up."""

    def __init__(self, site: Site, data: Path) -> None:
        self._site = site
        self._data = data
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-centre", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            if not self._over.wait(AFTER_S):
                self._serve()
        except Exception:
            # The outermost frame of this thread: the demo goes on without.
            log.exception("the demo has no central server")

    def _serve(self) -> None:
        # Loaded here, where nobody waits for it.
        from rl_station.central.clocks import SystemClock  # noqa: PLC0415
        from rl_station.central.database import open_engine  # noqa: PLC0415
        from rl_station.central.front import Front  # noqa: PLC0415
        from rl_station.central.serving import Beside  # noqa: PLC0415

        self._data.mkdir(parents=True, exist_ok=True)
        engine = open_engine(f"sqlite:///{self._data / DATABASE}")
        try:
            front = Front(engine, SystemClock(), pepper=self._site.pin_pepper)
            front.prepare()
            self._tell(front)
            server = Beside(front)
            server.start()
            try:
                self._enrol(front, server.url)
                log.info("the demo's central server: %s", server.url)
                self._over.wait()
            finally:
                server.stop()
        finally:
            engine.dispose()

    def _tell(self, front: Front) -> None:
        """The centre judges the site's figures by the shifts, targets and promises of the station, and knows its people.

        So a supervisor signs in to its pages with the badge and PIN of the station.
        """
        from rl_station.central.reference_import import How, import_reference  # noqa: PLC0415  # as above
        from rl_station.central.reference_read import Source  # noqa: PLC0415  # as above
        from rl_station.central.reference_rows import OPERATORS_FILE  # noqa: PLC0415  # as above

        files = (self._site.folder / name for name in (SUPERVISION_FILE, OPERATORS_FILE))
        sources = [Source(str(file), "", partial(_opened, file)) for file in files if file.exists()]
        import_reference(front.context.engine, self._site.id, sources, How(replace=True))

    def _enrol(self, front: Front, url: str) -> None:
        """Anew at each start: the server listens elsewhere every time."""
        from rl_station.central import identity  # noqa: PLC0415  # as above

        station = self._site.station.id
        code = identity.new_code(front.context, self._site.id, station)
        given = identity.enrol(front.context, EnrolRequest(station, code))
        if isinstance(given, Enrolment):
            enrolled = Enrolled(
                url=url, site=given.site, station=station, token=given.token, server_key=given.server_key.hex()
            )
            enrolment.write(self._data, enrolled)


def _opened(file: Path) -> IO[bytes]:
    return file.open("rb")
