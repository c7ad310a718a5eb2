"""From staged text to typed tables: what every reader hands over, and how it is settled in the data set file.

A reader stages each table in the attached database `stage`, text where types must be found and typed where the file
knows them. `settle` chooses the formats, writes the table into the data set and says what was decided and what is
doubtful. It reads no source file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from core.i18n import detect_language
from core.sql.readers.guess import MARKS, TYPES, Format, Signs, conversion, guess_columns

SAMPLE_ROWS = 20_000
TOTALS_ROWS_MAX = 1_000_000
_TOTAL = re.compile(r"(grand |gran )?(sub)?totale?s?( general)?:?|suma( total)?:?|sum:?", re.IGNORECASE)


@dataclass
class Staged:
    """One table as a reader leaves it. `typed` columns keep the staged type; the others are text to be judged."""

    wanted: str
    place: str
    columns: list[str]
    typed: set[str] = field(default_factory=set)
    signs: Signs = field(default_factory=Signs)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()
    foreign_keys: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Settled:
    """One table as it stands in the data set, with the decision made for every column."""

    name: str
    columns: list[str]
    decisions: dict[str, dict[str, Any]]
    notes: list[tuple[str, dict[str, Any]]]
    staged: Staged


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def unique_names(names: list[str], blank: str = "column") -> list[str]:
    """Headers trimmed; an empty one named by its place, a repeated one (case apart) with `_2`, `_3`."""
    taken: set[str] = set()
    result = []
    for place, raw in enumerate(names, 1):
        name = " ".join(str(raw).replace("\x00", "").split()) or f"{blank}_{place}"
        number, unique = 2, name
        while unique.lower() in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique.lower())
        result.append(unique)
    return result


def settle(con: Any, staged: Staged, name: str, options: dict[str, Any]) -> Settled:
    """Write the staged table into the data set as `name`."""
    formats = _choose_formats(con, staged, options)
    notes = list(staged.notes)
    _write(con, staged, name, formats)
    decisions: dict[str, dict[str, Any]] = {}
    for column, format in formats.items():
        failed = _failed_values(con, staged, name, column, format)
        if (
            failed
            and sum(failed.values()) > max(1, _count(con, staged, column)) // 100
            and not _chosen(options, column)
        ):
            formats[column] = Format(doubt="mixed_values")
            failed = {}
        decisions[column] = _decision(formats[column], failed)
    if any(format.doubt == "mixed_values" for format in formats.values()):
        _write(con, staged, name, formats)
    if not options.get("keep_totals"):
        notes += _drop_totals(con, name, staged.columns)
    return Settled(name, staged.columns, decisions, notes, staged)


def _choose_formats(con: Any, staged: Staged, options: dict[str, Any]) -> dict[str, Format]:
    open_columns = [column for column in staged.columns if column not in staged.typed]
    if not open_columns:
        return {}
    samples = _samples(con, staged, open_columns)
    spanish = staged.signs.spanish or detect_language(" ".join(staged.columns)) == "es"
    signs = Signs(staged.signs.comma, staged.signs.day_first, spanish)
    formats = guess_columns(samples, signs)
    for column in open_columns:
        if _chosen(options, column):
            formats[column] = read_choice(_chosen(options, column), formats[column])
    return formats


def _chosen(options: dict[str, Any], column: str) -> str:
    return (options.get("columns") or {}).get(column, "")


def read_choice(choice: str, guessed: Format) -> Format:
    """A user's choice, `name` or `name_style` (`date_dmy`, `number_comma`, `text`), as a format."""
    name, _, style = choice.partition("_")
    if name not in TYPES:
        return guessed
    default = "iso" if name in ("date", "timestamp") else "plain"
    return Format(name, style or default, guessed.unit, "", guessed.short_year)


def _samples(con: Any, staged: Staged, columns: list[str]) -> dict[str, list[str]]:
    """Distinct values of each column from the first rows and from a sample of all rows."""
    place, names = staged.place, ", ".join(map(quoted, columns))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sampled AS (SELECT {names} FROM {place} LIMIT {SAMPLE_ROWS}) UNION ALL "
        f"(SELECT {names} FROM {place} USING SAMPLE reservoir({SAMPLE_ROWS} ROWS) REPEATABLE (7))"
    )
    samples = {}
    for column in columns:
        rows = con.execute(
            f"SELECT DISTINCT {quoted(column)} FROM sampled WHERE {quoted(column)} IS NOT NULL"
        ).fetchall()
        samples[column] = sorted(row[0] for row in rows)
    con.execute("DROP TABLE sampled")
    return samples


def _write(con: Any, staged: Staged, name: str, formats: dict[str, Format]) -> None:
    expressions = []
    for column in staged.columns:
        source = quoted(column)
        sql = conversion(source, formats[column]) if column in formats else source
        expressions.append(f"{sql} AS {source}")
    con.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT {', '.join(expressions)} FROM {staged.place}")


def _count(con: Any, staged: Staged, column: str) -> int:
    return con.execute(f"SELECT count(nullif(trim({quoted(column)}), '')) FROM {staged.place}").fetchone()[0]


def _failed_values(con: Any, staged: Staged, name: str, column: str, format: Format) -> dict[str, int]:
    """Values that did not fit the format and are no mark for 'nothing', with their counts (at most 20)."""
    if format.name == "text":
        return {}
    kept = con.execute(f"SELECT count({quoted(column)}) FROM {quoted(name)}").fetchone()[0]
    if kept == _count(con, staged, column):
        return {}
    source = quoted(column)
    marks = ", ".join(text_literal(mark) for mark in sorted(MARKS))
    rows = con.execute(
        f"SELECT trim({source}) AS v, count(*) FROM {staged.place} WHERE trim({source}) <> '' "
        f"AND lower(trim({source})) NOT IN ({marks}) AND ({conversion(source, format)}) IS NULL "
        "GROUP BY v ORDER BY count(*) DESC, v LIMIT 20"
    ).fetchall()
    return dict(rows)


def _decision(format: Format, failed: dict[str, int]) -> dict[str, Any]:
    choice = format.name if format.style in ("plain", "") else f"{format.name}_{format.style}"
    decision: dict[str, Any] = {
        "format": choice,
        "type": TYPES[format.name],
        "unit": format.unit,
        "doubt": format.doubt,
    }
    if failed:
        decision["left_empty"] = failed
        decision["doubt"] = decision["doubt"] or "left_empty"
    return decision


# ---------------------------------------------------------------- totals


def _drop_totals(con: Any, name: str, columns: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Leave out a last row that is called 'total' and is the sum of the rows above it: it would be counted twice."""
    table = quoted(name)
    rows, last = con.execute(f"SELECT count(*), max(rowid) FROM {table}").fetchone()
    if not 2 < rows <= TOTALS_ROWS_MAX:
        return []
    kinds = dict(con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall())
    row = dict(zip(columns, con.execute(f"SELECT * FROM {table} WHERE rowid = {last}").fetchone(), strict=True))
    label = next((v for v in row.values() if v is not None), None)
    if not isinstance(label, str) or not _TOTAL.fullmatch(label.strip()):
        return []
    numbers = [c for c in columns if kinds[c] in ("BIGINT", "DOUBLE") and row[c] is not None]
    for column in numbers:
        above = con.execute(f"SELECT sum({quoted(column)}) FROM {table} WHERE rowid <> {last}").fetchone()[0]
        if above is not None and abs(above - row[column]) <= 0.005 * max(1, abs(row[column])) / 10:
            con.execute(f"DELETE FROM {table} WHERE rowid = {last}")
            return [("sql.sources.total_left_out", {"label": label.strip(), "column": column})]
    return []
