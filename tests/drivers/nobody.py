"""Files as somebody without rights sees them."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def without_root(folder: Path | None = None) -> Iterator[None]:
    """Files are opened as nobody by this thread and the threads it starts (Linux setfsuid(2) is per thread).

    The parents of `folder` may be passed meanwhile: tests have a folder that only its owner may enter.
    """
    closed = [each for each in (folder.parents if folder else ()) if not each.stat().st_mode & 0o001]
    modes = {each: each.stat().st_mode for each in closed}
    for each in closed:
        each.chmod(modes[each] | 0o055)
    setfsuid = ctypes.CDLL(None).setfsuid
    setfsuid(65534)
    try:
        yield
    finally:
        setfsuid(os.getuid())
        for each, mode in modes.items():
            each.chmod(mode)
