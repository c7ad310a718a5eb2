"""Files made to harm or confuse an import: each is refused by name or taken in without what is dangerous in it."""

import sqlite3
import zipfile

import duckdb
import pytest

from core import i18n
from core.errors import AppError
from core.sql.data.datasets import list_datasets
from core.sql.data.import_pool import ImportPool
from core.sql.data.sources import import_source


@pytest.fixture(scope="module")
def pool():
    with ImportPool() as opened:
        yield opened


def bring_in(path, pool):
    (found,) = import_source(path, path.name, path.parent / "sets", pool=pool)
    with duckdb.connect(found.path, read_only=True) as con:
        return found, {name: con.execute(f'SELECT * FROM "{name}"').fetchall() for name in found.tables}


def make_sqlite(path, script):
    con = sqlite3.connect(path)
    con.executescript(script)
    con.close()
    return path


def test_code_inside_a_sqlite_file_is_not_run_and_what_is_left_out_is_said(tmp_path, pool):
    script = """CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO t (a) VALUES (4);
    CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT load_extension('x'); END;
    CREATE VIEW v AS SELECT load_extension('/tmp/x.so') FROM t;
    CREATE VIRTUAL TABLE f USING fts5 (body); INSERT INTO f VALUES ('hello');
    CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('a', 1e400);"""
    found, tables = bring_in(make_sqlite(tmp_path / "evil.sqlite", script), pool)
    assert tables == {"t": [(4, 8)], "w": [("a", float("inf"))]}
    assert [(key, params["names"]) for key, params in found.notes] == [("sql.sources.not_copied", "f, v")]


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/sheet.xml", "w") as out:
        for _ in range(120):
            out.write(b"A" * (1 << 20))
    return path


def damaged_schema(path):
    make_sqlite(path, "CREATE TABLE log (x); INSERT INTO log VALUES (1);")
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE log (x)", b"CREATE TABLE log )x("))
    return path


def cut_database(path):
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS a")
    path.write_bytes(path.read_bytes()[:9000])
    return path


def written(data):
    def write(path):
        path.write_bytes(data)
        return path

    return write


WIDE = ",".join(f"c{i}" for i in range(10_000)).encode() + b"\n" + b",".join([b"1"] * 10_000) + b"\n"
REFUSED = {
    "bomb.xlsx": (bomb, "sql.sources.bomb"),
    "wide.csv": (written(WIDE), "sql.sources.too_many_columns"),
    "binary.csv": (written(bytes(range(256)) * 300), "sql.sources.not_text"),
    "deep.json": (written(b"[" * 100_000 + b"]" * 100_000), "sql.sources.unreadable"),
    "views.sqlite": (lambda path: make_sqlite(path, "CREATE VIEW v AS SELECT 1 AS a"), "sql.sources.empty"),
    "schema.sqlite": (damaged_schema, "sql.sources.unreadable"),
    "cut.duckdb": (cut_database, "sql.sources.unreadable"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_reason_and_leaves_nothing(name, tmp_path, pool):
    make, key = REFUSED[name]
    path = make(tmp_path / name)
    with pytest.raises(AppError) as caught:
        bring_in(path, pool)
    assert caught.value.key == key
    assert i18n.error_text(caught.value, "es") and str(tmp_path) not in i18n.error_text(caught.value, "en")
    assert list_datasets(tmp_path / "sets") == []


def test_nuls_are_dropped_and_a_line_without_end_is_said(tmp_path, pool):
    _, tables = bring_in(written(b"a,b\n" + b"1,x\x00y\n" * 3)(tmp_path / "nul.csv"), pool)
    assert tables["nul"] == [(1, "xy")] * 3
    found, tables = bring_in(written(b"a,b\n" + b"x" * 20_000_000 + b",1\n1,2\n")(tmp_path / "long.csv"), pool)
    assert tables["long"] == [(1, 2)] and [key for key, _ in found.notes] == ["sql.sources.lines_skipped"]


def test_a_killed_server_is_started_again(tmp_path):
    with ImportPool() as own:
        bring_in(written(b"a,b\n1,2\n")(tmp_path / "one.csv"), own)
        own.server.process.kill()
        own.server.process.wait()
        assert bring_in(written(b"a,b\n3,4\n")(tmp_path / "two.csv"), own)[1] == {"two": [(3, 4)]}
