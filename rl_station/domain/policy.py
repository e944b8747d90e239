"""What a unit's client and its article say of where it may go, as facts for the rules."""

from __future__ import annotations

from collections.abc import Mapping

from rl_station.domain.conditions import Fact
from rl_station.domain.reference import Client, Product

_SILENT = Client("", "")


def policy_facts(client: Client | None, product: Product | None) -> Mapping[str, Fact]:
    """Channels, region and packaging. A client that nobody knows says nothing."""
    client = client or _SILENT
    allowed, prohibited = _channels(client, product)
    return {
        "channels_allowed": allowed,
        "channels_prohibited": prohibited,
        "packaging_rule": client.packaging,
        "region": client.region,
    }


def _channels(client: Client, product: Product | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What both allow. An article whose every channel its client refuses has none left, and not all of them."""
    narrower = product.channels if product else ()
    refused = [name for name in narrower if client.channels_allowed and name not in client.channels_allowed]
    return narrower or client.channels_allowed, tuple(dict.fromkeys((*client.channels_prohibited, *refused)))
