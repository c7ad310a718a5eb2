"""Questions with the statements that their user holds for right: accepted, corrected, or chosen among readings.

A question over the same tables has one pair: the newest verdict stands. It runs nothing; who uses a pair still has its
statement checked and run like any other.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import sqlalchemy
from sqlalchemy import Row, insert, select

from core.records import Catalog
from core.state.database import Database, now
from core.state.schema import sql_pairs

Origin = Literal["parser", "model", "user"]
Verdict = Literal["accepted", "corrected", "chosen"]


@dataclass(frozen=True, slots=True)
class Pair:
    """`tables`: each table that the statement reads and the hash of its data set at that time; `reading`: what it asks
    in words, where that is known; `at`: when the verdict was given (UTC, ISO 8601)."""

    id: int
    question: str
    sql: str
    lang: str
    tables: dict[str, str]
    origin: Origin
    verdict: Verdict
    reading: str
    at: str


def fold_question(question: str) -> str:
    """What two ways to type one question have in common: no case, accents, punctuation or extra space. Signs that
    change what is asked (< > = % + -) stay."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", question.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+|[<>=%+-]", plain))


def hashes(catalog: Catalog, tables: Collection[str]) -> dict[str, str]:
    """The fingerprint of these tables: name -> hash of the data set that holds it (the name of its immutable file)."""
    found = {table.name: table.dataset.replace("\\", "/").rsplit("/", 1)[-1] for table in catalog.tables}
    return {name: found[name].removesuffix(".duckdb") for name in sorted(tables) if name in found}


def add(
    db: Database,
    question: str,
    sql: str,
    lang: str,
    tables: Mapping[str, str],
    origin: Origin,
    verdict: Verdict,
    reading: str = "",
) -> int:
    """Keep a pair, in place of an earlier one of the same question over the same tables; its id."""
    folded = fold_question(question)
    row = {
        "folded": folded,
        "question": question.strip(),
        "sql": sql.strip(),
        "lang": lang,
        "tables": json.dumps(dict(sorted(tables.items()))),
        "origin": origin,
        "verdict": verdict,
        "reading": reading,
        "at": now(),
    }
    with db.write() as connection:
        rows = connection.execute(select(sql_pairs.c.id, sql_pairs.c.tables).where(sql_pairs.c.folded == folded)).all()
        same = [old.id for old in rows if set(json.loads(old.tables)) == set(tables)]
        connection.execute(sqlalchemy.delete(sql_pairs).where(sql_pairs.c.id.in_(same)))
        return connection.execute(insert(sql_pairs).values(row)).inserted_primary_key[0]


def list_pairs(db: Database, tables: Collection[str] | None = None, limit: int = 1000) -> list[Pair]:
    """Newest first; with `tables`, only those that read nothing but these tables."""
    with db.read() as connection:
        found = [_to_pair(row) for row in connection.execute(select(sql_pairs).order_by(sql_pairs.c.id.desc()))]
    names = None if tables is None else set(tables)
    return [pair for pair in found if names is None or set(pair.tables) <= names][:limit]


def find(db: Database, question: str, tables: Collection[str]) -> Pair | None:
    """The newest pair of this very question (folded) that reads nothing but these tables."""
    query = select(sql_pairs).where(sql_pairs.c.folded == fold_question(question)).order_by(sql_pairs.c.id.desc())
    with db.read() as connection:
        found = [_to_pair(row) for row in connection.execute(query)]
    return next((pair for pair in found if set(pair.tables) <= set(tables)), None)


def delete(db: Database, pair_id: int) -> None:
    with db.write() as connection:
        connection.execute(sqlalchemy.delete(sql_pairs).where(sql_pairs.c.id == pair_id))


def _to_pair(row: Row) -> Pair:
    return Pair(
        row.id, row.question, row.sql, row.lang, json.loads(row.tables), row.origin, row.verdict, row.reading, row.at
    )
