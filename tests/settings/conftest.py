"""What the tests of the settings share."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_site import own_site


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example site's files, of a site of its own."""
    return own_site(tmp_path / "site")
