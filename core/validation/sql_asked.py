"""A question, the statement made of it, what the tables hold and what came out, as the checks of statements read them.

It has no grammar: it reads what the guard found in the statement. It judges nothing.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any

from core.records import Catalog, Check, CheckedSql, Column, QueryResult, Table
from core.validation.measures import fold

NAME = r'(?:"(?:[^"]|"")+"|\w+)'
_FROM = re.compile(rf"\b(?:from|join)\s+({NAME})(?:\s+(?:as\s+)?({NAME}))?", re.I)
QUALIFIED = re.compile(rf"(?:({NAME})\s*\.\s*)?({NAME})")
_KEYWORDS = frozenset(
    "where group order having limit on using inner left right full join as cross union qualify".split()
)


@dataclass(frozen=True)
class Asked:
    """A question, the statement made of it, what the tables hold and what came out."""

    question: str
    sql: CheckedSql
    result: QueryResult
    catalog: Catalog

    @functools.cached_property
    def text(self) -> str:
        return fold(self.sql.text)

    @functools.cached_property
    def tables(self) -> list[Table]:
        named = set(self.sql.tables)
        return [table for table in self.catalog.tables if table.name in named]

    @functools.cached_property
    def aliases(self) -> dict[str, Table]:
        by_name = {fold(table.name): table for table in self.tables}
        found = dict(by_name)
        for name, alias in _FROM.findall(self.sql.text):
            table = by_name.get(fold(bare(name)))
            if table is not None and alias and fold(bare(alias)) not in _KEYWORDS:
                found[fold(bare(alias))] = table
        return found

    def column(self, written: str) -> tuple[Table, Column] | None:
        """The column that a part of the statement names, where it is one alone."""
        match = QUALIFIED.fullmatch(written.strip())
        if match is None:
            return None
        table = self.aliases.get(fold(bare(match[1]))) if match[1] else None
        name = fold(bare(match[2]))
        tables = [table] if table is not None else self.tables
        found = [(t, c) for t in tables for c in t.columns if fold(c.name) == name]
        return found[0] if len(found) == 1 else None


def bare(name: str) -> str:
    return name.strip('"').replace('""', '"')


def doubt(claim: str, verdict: Any, reason: str, **params: Any) -> Check:
    return Check(" ".join(claim.split())[:300], verdict, f"sql_{reason}", params=params)


def is_time(column: Column) -> bool:
    kind = column.type.upper()
    return kind.startswith(("DATE", "TIMESTAMP")) or fold(column.name) in (
        "year",
        "ano",
        "anio",
        "ejercicio",
        "month",
        "mes",
    )


def is_grouped(column: Column, text: str) -> bool:
    part = text.partition("group by")[2]
    return fold(column.name) in part or "group by all" in text


def words_of(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text)))
