"""Imports: what each kind of file becomes, what is decided for its columns, and that a data set is whole or absent."""

import datetime
import json
import sqlite3
import stat
from pathlib import Path

import duckdb
import openpyxl
import pytest

from core import i18n
from core.errors import AppError
from core.records import FoundTable
from core.sql.data.datasets import fold_name, list_datasets, remove_dataset
from core.sql.data.import_pool import Watch
from core.sql.data.sources import import_source, import_tables, preview_source, source_kind

SPANISH = (
    "Informe de ventas\n\nFecha;Producto;Importe (€);Margen;Unidades;Código\n"
    "13/02/2024;Café ñandú;1.234,56;12,5 %;1.200;00123\n"
    "01/03/2024;Té;-99,00;8,0 %;15;00007\n"
    "02/03/2024;;n/d;7,25 %;2.345.678;10000\n"
)


def load(path, name, folder, **options):
    """(column names, column types, rows) of each table of an imported file."""
    return tables_of(import_source(path, name, folder, options=options)[0].path)


def tables_of(dataset):
    with duckdb.connect(str(dataset), read_only=True) as con:
        found = {}
        for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            cursor = con.execute(f'SELECT * FROM "{name}"')
            columns = [(d[0], str(d[1])) for d in cursor.description]
            found[name] = (columns, cursor.fetchall())
        return found


def write(tmp_path, name, text, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_spanish_file_in_any_encoding(tmp_path, encoding):
    path = write(tmp_path, "Ventas 2024.csv", SPANISH, encoding)
    columns, rows = load(path, "Ventas 2024.csv", tmp_path / "sets")["ventas_2024"]
    assert columns == [
        ("Fecha", "DATE"),
        ("Producto", "VARCHAR"),
        ("Importe (€)", "DOUBLE"),
        ("Margen", "DOUBLE"),
        ("Unidades", "BIGINT"),
        ("Código", "VARCHAR"),
    ]
    assert rows[0] == (datetime.date(2024, 2, 13), "Café ñandú", 1234.56, 12.5, 1200, "00123")
    assert rows[2] == (datetime.date(2024, 3, 2), None, None, 7.25, 2345678, "10000")


CASES = json.loads((Path(__file__).parent / "column_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_what_a_column_of_text_means(case):
    """Pairs of cells and what they stand for; `beside` is another column of the same file."""
    from core.sql.data.readers.guess import Signs, conversion, guess_columns

    samples = {case.get("name", "x"): case["cells"], **({"beside": case["beside"]} if "beside" in case else {})}
    found = guess_columns(samples, Signs(spanish=case.get("spanish", False)))[case.get("name", "x")]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (v VARCHAR)")
        con.executemany("INSERT INTO t VALUES (?)", [(cell,) for cell in case["cells"]])
        values = [row[0] for row in con.execute(f"SELECT {conversion('v', found)} FROM t").fetchall()]
    assert [v if v is None or isinstance(v, (int, float, str)) else str(v) for v in values] == case["values"]
    assert found.doubt == case.get("doubt", "") and found.unit == case.get("unit", "")


def test_a_delimiter_of_any_kind_and_quoted_lines(tmp_path):
    for number, delimiter in enumerate(",;\t|"):
        text = f'id{delimiter}note\n1{delimiter}"a{delimiter}b\nc ""d"""\n2{delimiter}x\n'
        path = write(tmp_path, f"t{number}.csv", text)
        _, rows = load(path, f"t{number}.csv", tmp_path / "sets")[f"t{number}"]
        assert rows == [(1, f'a{delimiter}b\nc "d"'), (2, "x")]


def test_headers_are_trimmed_and_made_unique(tmp_path):
    path = write(tmp_path, "a.csv", " Name ,name,,Total\nx,y,z,1\n")
    columns, _ = load(path, "a.csv", tmp_path / "sets")["a"]
    assert [name for name, _ in columns] == ["Name", "name_2", "column_3", "Total"]


def test_a_file_without_header(tmp_path):
    path = write(tmp_path, "a.csv", "1,2024-01-01\n2,2024-01-02\n")
    columns, rows = load(path, "a.csv", tmp_path / "sets")["a"]
    assert columns == [("column_1", "BIGINT"), ("column_2", "DATE")] and len(rows) == 2


def test_a_total_row_is_left_out_only_if_it_is_the_sum(tmp_path):
    text = "Región;Importe\nNorte;10,5\nSur;20\nTotal;{};\n"
    _, rows = load(write(tmp_path, "a.csv", text.format("30,5")), "a.csv", tmp_path / "sets")["a"]
    assert rows == [("Norte", 10.5), ("Sur", 20.0)] or [r[:2] for r in rows] == [("Norte", 10.5), ("Sur", 20.0)]
    _, rows = load(write(tmp_path, "b.csv", text.format("31")), "b.csv", tmp_path / "sets")["b"]
    assert len(rows) == 3


def test_options_change_what_was_chosen(tmp_path):
    path = write(tmp_path, "a.csv", "when,n\n01/02/2024,1\n03/04/2024,2\n")
    assert load(path, "a.csv", tmp_path / "sets")["a"][1][0][0] == datetime.date(2024, 1, 2)
    chosen = load(path, "a.csv", tmp_path / "other", columns={"when": "date_dmy", "n": "text"})["a"]
    assert chosen[1][0] == (datetime.date(2024, 2, 1), "1")
    with pytest.raises(AppError, match="unknown_option"):
        import_source(path, "a.csv", tmp_path / "sets", options={"colums": {}})


def test_a_preview_shows_types_doubts_and_rows(tmp_path):
    path = write(tmp_path, "a.csv", "when,n\n01/02/2024,1\n03/04/2024,2\n")
    (preview,) = preview_source(path, "a.csv")
    assert preview.columns[0] | {"nulls": 0} == {
        "name": "when", "type": "DATE", "format": "date_mdy", "doubt": "date_order", "nulls": 0,
    }  # fmt: skip
    assert preview.rows[0] == (datetime.date(2024, 1, 2), 1)
    assert preview.facts["delimiter"] == ","


def workbook(path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ventas Q1"
    sheet["A1"] = "Informe trimestral"
    sheet.merge_cells("A1:D1")
    for row in [[], ["Zona", "Ventas", None, "Alta"], [None, "Ene", "Feb", None]]:
        sheet.append(row)
    sheet.merge_cells("B3:C3")
    sheet.append(["Norte", 10, 1.5, datetime.datetime(2024, 1, 5)])
    sheet.append([None, 20, 2.5, datetime.datetime(2024, 2, 5)])
    sheet.merge_cells("A5:A6")
    sheet.append(["Sur", 30, None, datetime.datetime(2024, 3, 5)])
    other = book.create_sheet("Códigos")
    other.append(["código", "texto"])
    other.append(["00012", "1.234,5"])
    other.append(["00013", "2,5"])
    book.create_sheet("Vacía")
    book.save(path)


def test_a_workbook_gives_a_table_a_sheet(tmp_path):
    workbook(tmp_path / "libro.xlsx")
    tables = load(tmp_path / "libro.xlsx", "libro.xlsx", tmp_path / "sets")
    assert set(tables) == {"ventas_q1", "codigos"}
    columns, rows = tables["ventas_q1"]
    assert columns == [("Zona", "VARCHAR"), ("Ventas Ene", "BIGINT"), ("Ventas Feb", "DOUBLE"), ("Alta", "DATE")]
    assert rows[:2] == [("Norte", 10, 1.5, datetime.date(2024, 1, 5)), ("Norte", 20, 2.5, datetime.date(2024, 2, 5))]
    assert tables["codigos"] == ([("código", "VARCHAR"), ("texto", "DOUBLE")], [("00012", 1234.5), ("00013", 2.5)])


def test_one_sheet_is_named_by_its_file(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, "x"])
    book.save(tmp_path / "Mis Datos.xlsx")
    assert load(tmp_path / "Mis Datos.xlsx", "Mis Datos.xlsx", tmp_path / "sets") == {
        "mis_datos": ([("a", "BIGINT"), ("b", "VARCHAR")], [(1, "x")])
    }


def test_an_upload_is_stored_without_a_suffix(tmp_path):
    workbook(tmp_path / "libro.xlsx")
    (tmp_path / "libro.xlsx").rename(tmp_path / "5f1c")
    assert set(load(tmp_path / "5f1c", "libro.xlsx", tmp_path / "sets"))


def test_a_far_cell_does_not_cost_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD200000"] = "a", 1, 2
    book.save(tmp_path / "far.xlsx")
    (dataset,) = import_source(tmp_path / "far.xlsx", "far.xlsx", tmp_path / "sets", watch=Watch(memory_mb=400))
    assert tables_of(dataset.path)["far"][1] == [(1,)]
    assert [key for key, _ in dataset.notes] == ["sql.sources.far_cells"]


def test_sqlite_values_are_copied_unchanged_with_keys(tmp_path):
    path = tmp_path / "shop.sqlite"
    con = sqlite3.connect(path)
    con.executescript(
        """CREATE TABLE "Customer" (Id INTEGER PRIMARY KEY, Born DATE, Code TEXT, Mixed INTEGER);
        CREATE TABLE "Order Line" (n INT, customer INT REFERENCES Customer, price REAL, PRIMARY KEY (n, customer));
        CREATE VIEW v AS SELECT * FROM Customer; CREATE TABLE empty (a INT, b DATE);
        INSERT INTO Customer VALUES (1, '2024-01-05', '0012', 5), (2, '05/01/24', '13', 'x');
        INSERT INTO "Order Line" VALUES (1, 2, 3), (2, 2, 4.5);"""
    )
    con.close()
    tables = load(path, "shop.sqlite", tmp_path / "sets")
    assert set(tables) == {"Customer", "Order Line", "empty"}
    assert tables["Customer"][1] == [(1, "2024-01-05", "0012", "5"), (2, "05/01/24", "13", "x")]
    assert tables["Order Line"][0] == [("n", "BIGINT"), ("customer", "BIGINT"), ("price", "DOUBLE")]
    assert [kind for _, kind in tables["empty"][0]] == ["BIGINT", "VARCHAR"]


def test_duckdb_parquet_and_json(tmp_path):
    with duckdb.connect(str(tmp_path / "own.duckdb")) as con:
        con.execute('CREATE TABLE "Años" (id INT PRIMARY KEY, d DECIMAL(9,2)); INSERT INTO "Años" VALUES (1, 2.50)')
        con.execute("CREATE VIEW v AS SELECT * FROM read_text('/etc/hostname')")
        con.execute(f"COPY (SELECT 1 AS a, {{'b': 2, 'c': 'x'}} AS s) TO '{tmp_path}/p.parquet'")
    assert list(load(tmp_path / "own.duckdb", "own.duckdb", tmp_path / "sets")) == ["Años"]
    assert load(tmp_path / "p.parquet", "p.parquet", tmp_path / "sets")["p"][1] == [(1, 2, "x")]
    path = write(tmp_path, "j.json", '{"items": [{"a": 1, "day": "2024-01-05", "zip": "00123"}], "page": 1}')
    _, rows = load(path, "j.json", tmp_path / "sets")["j"]
    assert rows == [(1, datetime.date(2024, 1, 5), "00123")]
    path = write(tmp_path, "n.ndjson", '{"a": 1}\n{"a": 2.5, "b": "x"}\n')
    assert load(path, "n.ndjson", tmp_path / "sets")["n"][1] == [(1.0, None), (2.5, "x")]


def test_a_table_of_a_document(tmp_path):
    rows = (("Año", "Ventas"), ("2023", "1.200,5"), ("2024", "1.300,0"))
    (dataset,) = import_tables([FoundTable(rows, 4, 4, "Ventas por año")], "informe.pdf", "0" * 64, tmp_path)
    assert tables_of(dataset.path) == {
        "ventas_por_ano_p4": ([("Año", "BIGINT"), ("Ventas", "DOUBLE")], [(2023, 1200.5), (2024, 1300.0)])
    }


def test_a_data_set_is_read_only_named_by_content_and_known_again(tmp_path):
    path = write(tmp_path, "a.csv", "x,y\n1,2\n")
    (first,) = import_source(path, "a.csv", tmp_path / "sets")
    (again,) = import_source(path, "other name.csv", tmp_path / "sets")
    assert again.known and again.path == first.path and not first.known
    assert stat.S_IMODE(Path(first.path).stat().st_mode) == 0o444
    assert {p.suffix for p in (tmp_path / "sets").iterdir() if p.name[0] != "."} == {".duckdb", ".json"}


def test_a_clash_gets_a_number_and_replace_takes_the_name(tmp_path):
    folder = tmp_path / "sets"
    for turn, text in enumerate(["x\n1\n", "x\n2\n"]):
        import_source(write(tmp_path, "a.csv", text), f"{turn}/a.csv", folder)
    assert [d.tables for d in list_datasets(folder)] == [("a",), ("a_2",)]
    import_source(write(tmp_path, "a.csv", "x\n3\n"), "0/a.csv", folder, replace=True)
    assert sorted(d.tables[0] for d in list_datasets(folder)) == ["a", "a_2"]
    assert sorted(tables_of(d.path)[d.tables[0]][1] for d in list_datasets(folder)) == [[(2,)], [(3,)]]
    for dataset in list_datasets(folder):
        remove_dataset(dataset.path)
    assert list_datasets(folder) == []


BROKEN = {
    "empty.csv": b"",
    "bad.xlsx": b"PK\x03\x04 not a workbook",
    "bad.sqlite": b"SQLite format 3\x00" + b"\xff" * 4000,
    "bad.duckdb": b"\x00" * 8 + b"DUCK" + b"\xff" * 9000,
    "bad.parquet": b"PAR1" + b"\xff" * 100 + b"PAR1",
    "bad.json": b"[{\"a\": ",
    "notes.docx": b"x",
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_an_error_with_words_and_leaves_nothing(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BROKEN[name])
    with pytest.raises(AppError) as caught:
        import_source(path, name, tmp_path / "sets")
    assert i18n.error_text(caught.value, "es") and i18n.error_text(caught.value, "en")
    assert str(tmp_path) not in i18n.error_text(caught.value, "en")
    assert not (tmp_path / "sets").exists() or [p.name for p in (tmp_path / "sets").iterdir()] in ([], [".lock"])


def test_limits_end_an_import(tmp_path):
    path = write(tmp_path, "a.csv", "x,y\n" + "1,2\n" * 2_000_00)
    with pytest.raises(AppError, match=r"sources\.time"):
        import_source(path, "a.csv", tmp_path / "sets", watch=Watch(time_limit_s=0))


def test_progress_rises_to_one(tmp_path):
    seen = []
    path = write(tmp_path, "a.csv", "x\n1\n")
    import_source(path, "a.csv", tmp_path / "sets", watch=Watch(lambda share, step: seen.append((share, step))))
    shares = [share for share, _ in seen]
    assert shares == sorted(shares) and shares[-1] == 1.0 and {"read", "convert", "profile"} <= {s for _, s in seen}


def test_names_and_kinds():
    assert (
        fold_name("Ventas 2024") == "ventas_2024" and fold_name("Año Ñ-1") == "ano_n_1" and fold_name("???") == "table"
    )
    assert source_kind("a.CSV") == "delimited" and source_kind("a.pdf") is None
