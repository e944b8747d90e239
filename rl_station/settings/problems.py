"""What is wrong with a configuration: one value per problem, with its place and the nearest valid name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Problem(msgspec.Struct, frozen=True):
    """One thing to mend. `line` counts from 1, 0 where there is none (a missing file, the environment)."""

    file: str
    line: int
    key: str
    message: str
    suggestion: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return f"{place}:{key} {self.message}{hint}"


class ConfigError(Exception):
    """The configuration cannot be used. `problems` are all that were found, in the order of the files."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """The valid name most like this one, or an empty string where none is near."""
    names = {name.casefold(): name for name in valid}
    close = get_close_matches(wrong.casefold(), names, cutoff=0.6)
    # Letters in the wrong order are the likelier slip: `buad` is `baud`, though `bad` has less that differs.
    swapped = [name for name in close if sorted(name) == sorted(wrong.casefold())]
    return names[(swapped or close)[0]] if close else ""
