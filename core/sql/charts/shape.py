"""A result as the chart rules see it: its fields by role, and what the words of the question ask for.

The words are in `words.toml`. Nothing here decides a chart."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from core.charts.fields import Field, read_fields
from core.charts.periods import fold
from core.records import QueryResult


@dataclass(frozen=True, slots=True)
class Shape:
    """A result as the rules see it: its fields by role, its number of rows, and what the question asks for."""

    fields: tuple[Field, ...]
    rows: int
    kind: str | None
    intents: frozenset[str]

    def having(self, *roles: str) -> list[Field]:
        return [field for field in self.fields if field.role in roles]

    @property
    def times(self) -> list[Field]:
        return self.having("time")

    @property
    def measures(self) -> list[Field]:
        return self.having("measure")

    @property
    def categories(self) -> list[Field]:
        return self.having("category")


def read_wishes(question: str) -> tuple[str | None, frozenset[str]]:
    """(the kind that the question names, if any; what else it says about the chart)."""
    folded = fold(question)
    kind = next((kind for kind, pattern in _patterns("kind").items() if pattern.search(folded)), None)
    return kind, frozenset(name for name, pattern in _patterns("intent").items() if pattern.search(folded))


@functools.cache
def _patterns(section: str) -> dict[str, re.Pattern[str]]:
    """The expressions of `words.toml`: each kind or intent as one pattern over folded text."""
    table = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))[section]
    return {name: re.compile("|".join(map(_phrase_pattern, phrases))) for name, phrases in table.items()}


def _phrase_pattern(phrase: str) -> str:
    phrase = re.sub(r"\((\w+) \)", r"<\1>", phrase)
    parts = []
    for word in phrase.split(" "):
        optional = re.match(r"<(\w+)>(.*)", word)
        lead, word = (f"(?:{optional[1]} )?", optional[2]) if optional else ("", word)
        suffix = r"\w*" if word.endswith("*") else ""
        choices = "|".join(re.escape(choice) for choice in word.rstrip("*").split("|"))
        parts.append(f"{lead}(?:{choices}){suffix}")
    return r"\b" + r"\s+".join(parts) + r"\b"


def read_shape(result: QueryResult, question: str) -> Shape:
    """A result and its question as the rules see them."""
    kind, intents = read_wishes(question)
    return Shape(read_fields(result), len(result.rows), kind, intents)


def is_unique(shape: Shape, *fields: Field) -> bool:
    """Whether the fields together tell every row from the others."""
    keys = list(zip(*(f.values for f in fields), strict=True))
    return len(set(keys)) == len(keys) == shape.rows


def crossing_categories(shape: Shape) -> list[Field]:
    """The categories that say something of their own: those that another one decides are left out
    (the category of a product beside the product)."""
    kept: list[Field] = []
    for field in sorted(shape.categories, key=lambda f: -f.distinct):
        if field.distinct == 0 or any(decides(other, field) for other in kept):
            continue
        kept.append(field)
    return [f for f in shape.categories if f in kept]


def decides(key: Field, other: Field) -> bool:
    """Each value of `key` comes with one value of `other`. One row for each key proves it for any column."""
    return len(set(zip(key.values, other.values, strict=True))) == len(set(key.values))
