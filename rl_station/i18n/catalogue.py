"""Every message code the station knows, with its English text: the workflow's and the screen's catalogues as one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from rl_station.i18n import screen_texts, workflow_texts


@cache
def texts() -> Mapping[str, str]:
    """Code to English text, which is also the msgid of the translations. The two catalogues share no code."""
    return MappingProxyType({**workflow_texts.TEXTS, **screen_texts.TEXTS})
