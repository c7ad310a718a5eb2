"""A table's profile, measured once at import: nulls, distinct values, range, the values of short text, a key.

Each column also gets a sketch (the smallest hashes of its distinct values), so that 'are these values among those?'
can be asked between data sets without opening them (bottom-k sketches, Cohen and Kaplan 2007). Nothing here writes.
"""

from __future__ import annotations

import re
from typing import Any

from core.sql.safety.quoting import quote
from core.sql.safety.zygote import encode

VALUES_MAX = 1000
VALUE_LENGTH_MAX = 80
SKETCH_SIZE = 128
EXACT_ROWS_MAX = 2_000_000
_COMPARED = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "HUGEINT", "VARCHAR", "UUID")
_RANGED = (*_COMPARED[:8], "DOUBLE", "FLOAT", "DECIMAL", "DATE", "TIMESTAMP", "TIME", "BOOLEAN")
KEY_NAME = re.compile(
    r"(^|[_\s.-])(id|cod|code|codigo|código|key|clave|sku|nif|num|no|nr|ref)$|ID$|Id$|^id[_\s]", re.IGNORECASE
)


def profile_table(con: Any, name: str, declared_key: tuple[str, ...] = ()) -> dict[str, Any]:
    """`{"rows", "columns": [...], "primary_key": [...]}`, JSON-ready (cells as `zygote.encode` writes them)."""
    table = quote(name)
    described = [(row[0], row[1]) for row in con.execute(f"DESCRIBE {table}").fetchall()]
    rows = con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    columns = []
    for place in range(0, len(described), 50):
        columns += _profile_columns(con, table, rows, described[place : place + 50])
    key = list(declared_key) or _infer_key(name, rows, columns)
    return {"rows": rows, "columns": columns, "primary_key": key}


def _profile_columns(con: Any, table: str, rows: int, described: list[tuple[str, str]]) -> list[dict[str, Any]]:
    parts = []
    for name, kind in described:
        q = quote(name)
        ranged = kind.split("(")[0] in _RANGED
        plain = not kind.endswith("]") and not kind.startswith(("STRUCT", "MAP"))
        parts += [f"count({q})", f"approx_count_distinct({q})" if plain else "NULL"]
        parts += [f"min({q})", f"max({q})"] if ranged else ["NULL", "NULL"]
    measured = con.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone()
    return [
        _describe_column(con, table, rows, name, kind, measured[4 * i : 4 * i + 4])
        for i, (name, kind) in enumerate(described)
    ]


def _describe_column(con: Any, table: str, rows: int, name: str, kind: str, measured: tuple) -> dict[str, Any]:
    filled, distinct, low, high = measured
    if isinstance(low, str):
        low, high = low[:VALUE_LENGTH_MAX], high[:VALUE_LENGTH_MAX]
    column = {
        "name": name,
        "type": kind,
        "nulls": rows - filled,
        "distinct": distinct,
        "minimum": encode(low),
        "maximum": encode(high),
    }
    compared = kind in _COMPARED
    q = quote(name)
    unique = compared and filled and distinct >= filled * 0.9 and (rows <= EXACT_ROWS_MAX or KEY_NAME.search(name))
    if distinct is not None and (unique or distinct <= 2 * VALUES_MAX):
        column["distinct"] = con.execute(f"SELECT count(DISTINCT {q}) FROM {table}").fetchone()[0]
    if kind == "VARCHAR" and column["distinct"] and column["distinct"] <= VALUES_MAX:
        found = con.execute(
            f"SELECT {q}, count(*) FROM {table} WHERE {q} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        if all(len(value) <= VALUE_LENGTH_MAX for value, _ in found):
            column["values"] = [value for value, _ in found]
    if compared and filled and (rows <= EXACT_ROWS_MAX or KEY_NAME.search(name)):
        column["sketch"] = _sketch(con, table, q, kind)
    return column


def _sketch(con: Any, table: str, q: str, kind: str) -> list[int]:
    value = q if kind in ("VARCHAR", "UUID") else f"TRY_CAST({q} AS BIGINT)"
    rows = con.execute(
        f"SELECT DISTINCT hash({value}) >> 32 AS h FROM {table} WHERE {q} IS NOT NULL ORDER BY h LIMIT {SKETCH_SIZE}"
    ).fetchall()
    return [row[0] for row in rows]


def _infer_key(table: str, rows: int, columns: list[dict[str, Any]]) -> list[str]:
    """The one column that names a row: filled, without repeats, and called or placed like a key."""
    best, best_score = "", 0
    for place, column in enumerate(columns):
        if not rows or column["nulls"] or column["distinct"] != rows or column["type"] not in _COMPARED:
            continue
        name = column["name"].lower()
        own = name in {
            "id",
            f"{table}_id",
            f"{table.rstrip('s')}_id",
            f"id_{table.rstrip('s')}",
            table.rstrip("s") + "id",
        }
        score = 4 * own + 2 * bool(KEY_NAME.search(column["name"])) + (place == 0)
        if score > best_score:
            best, best_score = column["name"], score
    return [best] if best else []


def numbers_rows(name: str, low: Any, high: Any, distinct: int | None) -> bool:
    """Whether a column of one word only numbers its rows ('rank': 1, 2, 3 …) and is not called a key: such values are
    among any others of the kind."""
    whole = isinstance(low, int) and isinstance(high, int)
    plain = not KEY_NAME.search(name) and len(re.findall(r"[^\W_]+", name)) == 1
    return whole and plain and low in (0, 1) and high - low + 1 == distinct


def included(child: list[int], parent: list[int]) -> float | None:
    """The share of the child's values that the parent holds, as far as the sketches tell; None where they do not."""
    if not child or not parent:
        return None
    # A parent of fewer values than the sketch holds is known whole; else only up to its largest hash.
    horizon = parent[-1] if len(parent) == SKETCH_SIZE else None
    seen = [value for value in child if horizon is None or value <= horizon]
    return sum(value in set(parent) for value in seen) / len(seen) if seen else None
