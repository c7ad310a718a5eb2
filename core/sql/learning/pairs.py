"""Reads the training archive: databases (CSV + MySQL schema) into DuckDB files with catalogs, and question-SQL pairs.

Used by `train.py` alone, never while a question is answered. Gold SQL is translated from MySQL to DuckDB. Catalogs
made here carry the declared keys only; the app's own catalog infers more.
"""

from __future__ import annotations

import csv
import hashlib
import json
import logging
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.records import Catalog, Column, ForeignKey, QueryResult, Table
from core.sql.safety.quoting import quote

log = logging.getLogger(__name__)
VALUES_MAX = 1000


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, the database it asks about, and its gold statement in DuckDB's dialect, with `others` as right;
    `business` where it was written for this project."""

    db: str
    question: str
    sql: str
    lang: str = "en"
    others: tuple[str, ...] = ()
    business: bool = False


def unpack_archive(archive: Path, work: Path) -> Path:
    """The folder with `databases/` and `train_queries.csv`, unpacked once under `work`."""
    folder = work / "spiderman"
    if not (folder / "train_queries.csv").exists():
        with tarfile.open(archive) as tar:
            tar.extractall(work, filter="data")
    return folder


def split_databases(names: list[str], held: int, folds: int, seed: int = 20261123) -> tuple[list[str], dict[str, int]]:
    """(`held` names drawn by name with a fixed seed, the fold of every other name): always split by database."""
    import random

    aside = set(random.Random(seed).sample(sorted(names), held))
    rest = sorted(set(names) - aside, key=lambda name: hashlib.sha1(name.encode()).hexdigest())
    return sorted(aside), {name: place % folds for place, name in enumerate(rest)}


def read_pairs(folder: Path, databases: set[str]) -> list[Pair]:
    """The pairs of these databases; those whose SQL sqlglot cannot read are left out."""
    import sqlglot

    pairs = []
    with (folder / "train_queries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["database"] not in databases:
                continue
            try:
                sql = sqlglot.transpile(row["sql"], read="mysql", write="duckdb")[0]
            except sqlglot.errors.SqlglotError:
                log.warning("cannot read: %s", row["sql"])
                continue
            pairs.append(Pair(row["database"], row["question"], sql))
    return pairs


def build_database(folder: Path, name: str, target: Path) -> None:
    """Write `target`, a DuckDB file with the tables of database `name`; what exists already is kept."""
    import duckdb

    if target.exists():
        return
    source = folder / "databases" / name
    con = duckdb.connect(str(target))
    for create in _read_schema(source / "schema.sql"):
        table = create.this.this.name
        con.execute(_bare_create(create))
        path = source / "data" / f"{table}.csv"
        if path.exists():
            _copy_rows(con, table, path)
    con.close()


def _copy_rows(con: Any, table: str, path: Path) -> None:
    import duckdb

    options = "header, nullstr 'NULL', quote '\"', escape '\"'"
    try:
        con.execute(f"COPY \"{table}\" FROM '{path}' ({options})")
    except duckdb.Error:
        con.execute(f"COPY \"{table}\" FROM '{path}' ({options}, ignore_errors, null_padding)")


def _read_schema(path: Path) -> list[Any]:
    import sqlglot
    from sqlglot import exp

    trees = sqlglot.parse(path.read_text(encoding="utf-8"), read="mysql")
    return [tree for tree in trees if isinstance(tree, exp.Create) and tree.args.get("kind") == "TABLE"]


def _bare_create(create: Any) -> str:
    from sqlglot import exp

    columns = []
    for definition in create.this.find_all(exp.ColumnDef):
        kind = definition.args["kind"].copy()
        if not kind.is_type("decimal"):
            kind.set("expressions", [])
        columns.append(f'"{definition.name}" {kind.sql("duckdb")}')
    return f'CREATE TABLE "{create.this.this.name}" ({", ".join(columns)})'


def read_keys(folder: Path, name: str) -> tuple[dict[str, tuple[str, ...]], list[ForeignKey]]:
    """(primary key by table, declared foreign keys) of a database's schema."""
    from sqlglot import exp

    primary, foreign = {}, []
    for create in _read_schema(folder / "databases" / name / "schema.sql"):
        table = create.this.this.name
        for key in create.this.find_all(exp.PrimaryKey):
            primary[table] = tuple(part.name for part in key.expressions)
        for definition in create.this.find_all(exp.ColumnDef):
            if definition.find(exp.PrimaryKeyColumnConstraint):
                primary[table] = (definition.name,)
        for key in create.this.find_all(exp.ForeignKey):
            target = key.args["reference"].this
            columns = tuple(part.name for part in key.expressions)
            foreign.append(ForeignKey(table, columns, target.this.name, tuple(c.name for c in target.expressions)))
    return primary, foreign


def read_catalog(database: Path, primary: dict[str, tuple[str, ...]], foreign: list[ForeignKey]) -> Catalog:
    """The catalog of a DuckDB file: types, ranges, distinct values of short text columns, and the keys handed in."""
    import duckdb

    con = duckdb.connect(str(database), read_only=True)
    tables = []
    for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY table_oid").fetchall():
        rows = con.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        described = con.execute(f'DESCRIBE "{name}"').fetchall()
        columns = tuple(_profile_column(con, name, row[0], row[1]) for row in described)
        tables.append(Table(name, columns, rows, str(database), primary_key=primary.get(name, ())))
    con.close()
    return Catalog(tuple(tables), tuple(foreign))


def _profile_column(con: Any, table: str, column: str, kind: str) -> Column:
    name = quote(column)
    nulls, distinct, low, high = con.execute(
        f'SELECT count(*) - count({name}), count(DISTINCT {name}), min({name}), max({name}) FROM "{table}"'
    ).fetchone()
    values: tuple[str, ...] = ()
    if kind == "VARCHAR" and distinct <= VALUES_MAX:
        found = con.execute(
            f'SELECT DISTINCT {name} FROM "{table}" WHERE {name} IS NOT NULL AND length({name}) <= 80 ORDER BY 1'
        ).fetchall()
        values = tuple(row[0] for row in found)
    return Column(column, kind, nulls, distinct, low, high, values)


class Runner:
    """Runs statements on training databases, results kept in memory as `QueryResult`s. Not the app's sandbox."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.connections: dict[str, Any] = {}

    def golds(self, pair: Pair) -> list[tuple[QueryResult, bool]]:
        """(rows that are right, whether their order counts); statements that fail are left out."""
        texts = (pair.sql, *pair.others)
        found = zip(self.run(pair.db, list(texts)), texts, strict=True)
        return [(result, "ORDER BY" in text.upper()) for result, text in found if not result.error]

    def run(self, db: str, sqls: list[str], rows_max: int = 2000) -> list[QueryResult]:
        import duckdb

        if db not in self.connections:
            con = duckdb.connect(str(self.work / "duckdb" / f"{db}.duckdb"), read_only=True)
            con.execute("SET threads=1")
            self.connections[db] = con
        return [run_statement(self.connections[db], sql, rows_max, duckdb) for sql in sqls]


def run_statement(con: Any, sql: str, rows_max: int, duckdb: Any) -> QueryResult:
    """The result of a statement, ended after two seconds; an error of the engine is the result's."""
    import threading

    timer = threading.Timer(2.0, con.interrupt)
    timer.start()
    try:
        cursor = con.execute(sql)
        names = tuple(item[0] for item in cursor.description)
        types = tuple(str(item[1]) for item in cursor.description)
        rows = cursor.fetchmany(rows_max + 1)
    except duckdb.Error as error:
        return QueryResult(error=("errors.sql", {"detail": str(error)[:200]}))
    finally:
        timer.cancel()
    return QueryResult(names, types, tuple(rows[:rows_max]), len(rows) > rows_max)


def load_training(
    archive: Path, work: Path, held: int = 25, folds: int = 5, sample: int = 0
) -> tuple[list[Pair], dict[str, Catalog], dict[str, int]]:
    """(pairs, catalog by database, fold by database) without the `held` databases, which are not read at all.

    `sample` keeps so many questions, from as few databases as hold them: for trying the whole run out."""
    folder = unpack_archive(archive, work)
    names = sorted(path.name for path in (folder / "databases").iterdir())
    _, fold_of = split_databases(names, min(held, len(names) // 5), folds)
    (work / "duckdb").mkdir(exist_ok=True)
    pairs = read_pairs(folder, set(fold_of))
    if sample:
        pairs = _first_databases(pairs, sample)
        fold_of = {name: place % folds for place, name in enumerate(sorted({pair.db for pair in pairs}))}
    catalogs = {name: load_catalog(folder, name, work) for name in fold_of}
    return pairs, catalogs, fold_of


def _first_databases(pairs: list[Pair], count: int) -> list[Pair]:
    """`count` pairs of the first databases by name, at most a tenth of them from each."""
    kept: list[Pair] = []
    for name in sorted({pair.db for pair in pairs}):
        kept += [pair for pair in pairs if pair.db == name][: max(10, count // 10)]
        if len(kept) >= count:
            break
    return kept[:count]


def load_catalog(folder: Path, name: str, work: Path) -> Catalog:
    """The catalog of one training database, which is built on first use."""
    target = work / "duckdb" / f"{name}.duckdb"
    build_database(folder, name, target)
    return read_catalog(target, *read_keys(folder, name))


def save_json(path: Path, value: Any) -> None:
    """Write a value as JSON in as little room as it takes."""
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
