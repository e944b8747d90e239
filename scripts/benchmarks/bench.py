"""What every figure is given: where to put its stores, how much to measure, and whom to tell what it is doing."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
DISK = REPOSITORY / "build" / "bench"
_MEMORY = Path("/dev/shm")  # noqa: S108 - only what may be lost goes there, in folders of our own


@dataclass(frozen=True, slots=True)
class Bench:
    """`disk`: a folder on the disk that is measured. `quick`: a tenth of the samples, to try the bench itself."""

    disk: Path
    quick: bool = False

    def samples(self, number: int) -> int:
        return max(1, number // 20) if self.quick else number

    @contextmanager
    def folder(self, name: str) -> Iterator[Path]:
        """A new folder on the measured disk, gone afterwards."""
        self.disk.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=self.disk) as folder:
            yield Path(folder)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A new folder in memory where there is such a place: for stores whose disk is not the question."""
        with tempfile.TemporaryDirectory(prefix="rl-bench-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
            yield Path(folder)

    def say(self, told: str) -> None:
        """To standard error: standard output is the document's."""
        print(f"  {told}", file=sys.stderr, flush=True)


@contextmanager
def undisturbed() -> Iterator[None]:
    """The bench's own garbage is not collected meanwhile: a collection takes 0.1 s, and would be taken for the station's."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
