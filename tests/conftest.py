"""How property tests run: no deadlines, since nothing here is timed; fewer examples for `scripts/test --quick`."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("whole", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile("whole")
