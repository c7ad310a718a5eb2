"""What a sentence about a result is made of: a `Finding` with its figures, and the `View` it is read from.

Nothing here finds anything; `findings_*.py` do, one function a kind of sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from core.charts.arrange import label_text
from core.charts.escape import plain_text
from core.charts.fields import Field
from core.charts.numbers import format_value
from core.charts.titles import humanise, lower_first
from core.i18n import translate
from core.records import ChartSpec


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence with its `figures`: raw numbers, raw values of the rows, and the columns they come from."""

    kind: str
    text: str
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """A result as its chart reads it: `label` names the rows (or groups them), `measures` are what is told about."""

    spec: ChartSpec
    fields: dict[str, Field]
    rows: int
    whole: bool
    lang: str

    @property
    def label(self) -> Field | None:
        return self.fields.get(self.spec.x or "")

    @property
    def measure(self) -> Field:
        name = self.spec.y[0] if self.spec.y else self.spec.x or ""
        return self.fields[name]

    def say(self, kind: str, figures: dict[str, Any], **words: Any) -> Finding:
        return Finding(kind, translate(f"insight.{kind}", self.lang, **words), figures)

    def number(self, value: float, of: Field | None = None, signed: bool = False) -> str:
        return format_value(value, self.lang, (of or self.measure).unit, signed=signed)

    def share(self, value: float, signed: bool = False) -> str:
        return format_value(value, self.lang, "fraction", signed=signed)

    def name(self, value: Any, of: Field | None = None) -> str:
        return plain_text(label_text(value, of or self.label, self.lang), 60)

    @property
    def is_top(self) -> bool:
        """A question for the first few: the rows are not all there are, so no share of a total can be told."""
        return self.spec.reason == "ranking"

    def words(self, of: Field | None = None) -> str:
        return column_words((of or self.measure).name, self.lang)


_UNIT = re.compile(r"(?i)(?<=\w)\s*(?:\([€$£%]\)|[_ ](?:eur|usd|gbp))(?=$|_p(?:er|or)_)")


def column_words(name: str, lang: str) -> str:
    """A column's name in a sentence, without the unit that stands beside each number."""
    return plain_text(lower_first(humanise(_UNIT.sub("", name), lang)), 60)
