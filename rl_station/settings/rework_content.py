"""Makes the work table of what rework.toml says."""

from __future__ import annotations

from rl_station.domain.rework import Method, Part, WorkStep, WorkTable
from rl_station.settings.rework_models import ReworkModel


def work_table(model: ReworkModel | None) -> WorkTable:
    """The steps as the deciders use them; none where the site has no such file."""
    if model is None:
        return WorkTable()
    return WorkTable(
        steps={
            name: WorkStep(
                id=name,
                text=step.text,
                texts=step.texts,
                seconds=step.seconds,
                parts=step.parts,
                methods=step.methods,
                evidence=step.evidence,
                results=step.results,
                next=tuple(step.next.items()),
            )
            for name, step in model.steps.items()
        },
        parts={
            name: Part(id=name, text=each.text, texts=each.texts, codes=each.codes)
            for name, each in model.parts.items()
        },
        methods={name: Method(id=name, text=each.text, texts=each.texts) for name, each in model.methods.items()},
    )
