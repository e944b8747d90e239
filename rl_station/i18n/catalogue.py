"""Every message code the station knows, with its English text: one catalogue of the workflow, the screen and the station."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from rl_station.i18n import page_texts, screen_texts, station_texts, supervision_texts, workflow_texts


@cache
def texts() -> Mapping[str, str]:
    """Code to English text, which is also the msgid of the translations. The catalogues share no code."""
    return MappingProxyType(
        {
            **workflow_texts.TEXTS,
            **screen_texts.TEXTS,
            **supervision_texts.TEXTS,
            **station_texts.TEXTS,
            **page_texts.TEXTS,
        }
    )
