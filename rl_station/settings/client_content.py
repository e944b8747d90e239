"""Makes a client with its policy of what clients.toml says."""

from __future__ import annotations

from rl_station.domain.reference import Client, Procedure
from rl_station.settings.models import ClientModel, ProcedureModel


def client(id_: str, model: ClientModel) -> Client:
    return Client(
        id=id_,
        name=model.name,
        company_prefixes=model.company_prefixes,
        region=model.region,
        channels_allowed=model.channels_allowed,
        channels_prohibited=model.channels_prohibited,
        carriers=model.carriers,
        label=model.label,
        packaging=model.packaging,
        sop=tuple(_procedure(step, found) for step, found in model.sop.items()),
    )


def _procedure(step: str, model: ProcedureModel) -> Procedure:
    texts = (("de", model.text_de), ("es", model.text_es))
    return Procedure(step, model.text, tuple((language, text) for language, text in texts if text))
