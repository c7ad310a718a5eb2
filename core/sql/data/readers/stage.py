"""From staged text to typed tables: what every reader hands over, and how it is settled in the data set file.

A reader stages each table in the attached database `stage`, text where types must be found and typed where the file
knows them. `settle` chooses the formats, writes the table into the data set and says what was decided and what is
doubtful. It reads no source file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from core.i18n import detect_language
from core.sql.safety.quoting import literal, quote
from core.sql.data.readers.guess import (
    MARKS,
    TYPES,
    Format,
    Signs,
    conversion,
    find_unit,
    guess_columns,
    has_short_years,
)

SAMPLE_ROWS = 20_000
SMALL_ROWS = 2000
COLUMNS_MAX = 2000
VALUE_LENGTH_MAX = 80
TOTALS_ROWS_MAX = 1_000_000
_TOTAL = re.compile(r"(grand |gran )?(sub)?totale?s?( general)?:?|suma( total)?:?|sum:?", re.IGNORECASE)


@dataclass
class Staged:
    """One table as a reader leaves it. `typed` columns keep the staged type; the others are text to be judged.

    `part` is what the file calls the table where it may hold several: the key of its own options."""

    wanted: str
    place: str
    columns: list[str]
    typed: set[str] = field(default_factory=set)
    signs: Signs = field(default_factory=Signs)
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    primary_key: tuple[str, ...] = ()
    foreign_keys: list[dict[str, Any]] = field(default_factory=list)
    part: str = ""


@dataclass
class Settled:
    """One table as it stands in the data set, with the decision made for every column."""

    name: str
    columns: list[str]
    decisions: dict[str, dict[str, Any]]
    notes: list[tuple[str, dict[str, Any]]]
    staged: Staged


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


def options_for(options: dict[str, Any], part: str) -> dict[str, Any]:
    """The options of one table of a file: the file's, and its own where it has any."""
    return {**options, **((options.get("tables") or {}).get(part) or {})}


def settle(con: Any, staged: Staged, name: str, options: dict[str, Any]) -> Settled:
    """Write the staged table into the data set as `name`."""
    options = options_for(options, staged.part)
    formats = _choose_formats(con, staged, options)
    notes = list(staged.notes)
    _write(con, staged, name, formats)
    decisions: dict[str, dict[str, Any]] = {}
    counts = _count_cells(con, staged, name, list(formats))
    for column, format in formats.items():
        filled, kept = counts[column]
        failed, left_out = _failed_values(con, staged, column, format) if kept < filled else ({}, 0)
        if left_out > max(1, filled) // 100 and not _chosen(options, column):
            formats[column] = Format(doubt="mixed_values")
            failed, left_out = {}, 0
        decisions[column] = _decision(formats[column], failed, left_out)
    if any(format.doubt == "mixed_values" for format in formats.values()):
        _write(con, staged, name, formats)
    dropped = [] if options.get("keep_totals") else _drop_totals(con, name, staged.columns)
    if dropped:  # what the other rows are is judged without it: 'Total' is no date
        con.execute(f"DELETE FROM {staged.place} WHERE rowid = (SELECT max(rowid) FROM {staged.place})")
        again = settle(con, staged, name, {**options, "keep_totals": True})
        return replace(again, notes=[*again.notes, *dropped])
    return Settled(name, staged.columns, decisions, notes, staged)


def _choose_formats(con: Any, staged: Staged, options: dict[str, Any]) -> dict[str, Format]:
    """A format for every column that is text to be judged, or that a user chose another type for."""
    open_columns = [column for column in staged.columns if column not in staged.typed]
    chosen = [column for column in staged.columns if _chosen(options, column)]
    samples = _samples(con, staged, list(dict.fromkeys(open_columns + chosen)))
    spanish = staged.signs.spanish or detect_language(" ".join(staged.columns)) == "es"
    signs = Signs(staged.signs.comma, staged.signs.day_first, spanish)
    formats = guess_columns({column: samples[column] for column in open_columns}, signs)
    for column in chosen:
        formats[column] = read_choice(_chosen(options, column), formats.get(column, Format()), samples[column])
    return formats


def _chosen(options: dict[str, Any], column: str) -> str:
    return (options.get("columns") or {}).get(column, "")


def read_choice(choice: str, guessed: Format, values: list[str]) -> Format:
    """A user's choice, `name` or `name_style` (`date_dmy`, `number_comma`, `text`), as a format."""
    name, _, style = choice.partition("_")
    if name not in TYPES:
        return guessed
    defaults = {"date": "iso", "timestamp": "iso", "number": "point", "integer": "point"}
    same = guessed.style if guessed.name in (name, "integer", "number") and name in ("integer", "number") else ""
    unit = guessed.unit or (find_unit(values) if name in ("integer", "number") else "")
    short = guessed.short_year or has_short_years(values)
    return Format(name, style or same or defaults.get(name, "plain"), unit, "", short)


def _samples(con: Any, staged: Staged, columns: list[str]) -> dict[str, list[str]]:
    """Distinct values of each column, as text, from the first rows and from a sample of all rows."""
    if not columns:
        return {}
    place = staged.place
    names = ", ".join(f"CAST({quote(column)} AS VARCHAR) AS {quote(column)}" for column in columns)
    if con.execute(f"SELECT count(*) FROM {place}").fetchone()[0] <= SMALL_ROWS:
        cells = con.execute(f"SELECT {names} FROM {place}").fetchall()
        return {column: sorted({row[i] for row in cells if row[i] is not None}) for i, column in enumerate(columns)}
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sampled AS (SELECT {names} FROM {place} LIMIT {SAMPLE_ROWS}) UNION ALL "
        f"(SELECT {names} FROM {place} USING SAMPLE reservoir({SAMPLE_ROWS} ROWS) REPEATABLE (7))"
    )
    samples = {}
    for column in columns:
        rows = con.execute(f"SELECT DISTINCT {quote(column)} FROM sampled WHERE {quote(column)} IS NOT NULL").fetchall()
        samples[column] = sorted(row[0] for row in rows)
    con.execute("DROP TABLE sampled")
    return samples


def _write(con: Any, staged: Staged, name: str, formats: dict[str, Format]) -> None:
    expressions = []
    for column in staged.columns:
        source = quote(column)
        sql = _conversion(staged, column, formats[column]) if column in formats else source
        expressions.append(f"{sql} AS {source}")
    con.execute(f"CREATE OR REPLACE TABLE {quote(name)} AS SELECT {', '.join(expressions)} FROM {staged.place}")


def _as_text(staged: Staged, column: str) -> str:
    """The staged column as text: typed ones are so where a user chose another type."""
    return f"CAST({quote(column)} AS VARCHAR)" if column in staged.typed else quote(column)


def _conversion(staged: Staged, column: str, format: Format) -> str:
    return conversion(_as_text(staged, column), format)


def _count_cells(con: Any, staged: Staged, name: str, columns: list[str]) -> dict[str, tuple[int, int]]:
    """(cells that hold something, cells that were read) of each column."""
    if not columns:
        return {}
    filled = ", ".join(f"count(nullif(trim({_as_text(staged, column)}), ''))" for column in columns)
    kept = ", ".join(f"count({quote(column)})" for column in columns)
    before = con.execute(f"SELECT {filled} FROM {staged.place}").fetchone()
    after = con.execute(f"SELECT {kept} FROM {quote(name)}").fetchone()
    return dict(zip(columns, zip(before, after, strict=True), strict=True))


def _failed_values(con: Any, staged: Staged, column: str, format: Format) -> tuple[dict[str, int], int]:
    """Values that did not fit the format and are no mark for 'nothing' with their counts (the commonest 20), and how
    many cells that are in all."""
    if format.name == "text":
        return {}, 0
    source = _as_text(staged, column)
    marks = ", ".join(literal(mark) for mark in sorted(MARKS))
    rows = con.execute(
        f"SELECT trim({source}) AS v, count(*), sum(count(*)) OVER () FROM {staged.place} WHERE trim({source}) <> '' "
        f"AND lower(trim({source})) NOT IN ({marks}) AND ({conversion(source, format)}) IS NULL "
        "GROUP BY v ORDER BY count(*) DESC, v LIMIT 20"
    ).fetchall()
    return {value[:VALUE_LENGTH_MAX]: count for value, count, _ in rows}, int(rows[0][2]) if rows else 0


def _decision(format: Format, failed: dict[str, int], left_out: int) -> dict[str, Any]:
    choice = format.name if format.style in ("plain", "") else f"{format.name}_{format.style}"
    decision: dict[str, Any] = {
        "format": choice,
        "type": TYPES[format.name],
        "unit": format.unit,
        "doubt": format.doubt,
    }
    if failed:
        decision["left_empty"], decision["left_out"] = failed, left_out
        decision["doubt"] = decision["doubt"] or "left_empty"
    return decision


# ---------------------------------------------------------------- totals


def _drop_totals(con: Any, name: str, columns: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Leave out a last row that is called 'total' and is the sum of the rows above it, or holds nothing else: it would
    be counted as one of them."""
    table = quote(name)
    rows, last = con.execute(f"SELECT count(*), max(rowid) FROM {table}").fetchone()
    if not 2 < rows <= TOTALS_ROWS_MAX:
        return []
    kinds = dict(con.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall())
    row = dict(zip(columns, con.execute(f"SELECT * FROM {table} WHERE rowid = {last}").fetchone(), strict=True))
    label = next((v for v in row.values() if v is not None), None)
    if not isinstance(label, str) or not _TOTAL.fullmatch(label.strip()):
        return []
    if sum(value is not None for value in row.values()) == 1 and len(columns) > 1:  # its sums were never computed
        con.execute(f"DELETE FROM {table} WHERE rowid = {last}")
        return [("sql.sources.total_without_figures", {"label": label.strip()})]
    numbers = [c for c in columns if kinds[c] in ("BIGINT", "DOUBLE") and row[c] is not None]
    for column in numbers:
        above = con.execute(f"SELECT sum({quote(column)}) FROM {table} WHERE rowid <> {last}").fetchone()[0]
        if above is not None and abs(above - row[column]) <= 0.005 * max(1, abs(row[column])) / 10:
            con.execute(f"DELETE FROM {table} WHERE rowid = {last}")
            return [("sql.sources.total_left_out", {"label": label.strip(), "column": column})]
    return []
