"""A follow-up keeps what the statement before demanded, but for what it says anew: from what is said to the rows."""

import random

import pytest

from core import settings
from core.sql.data.sources import import_source
from core.sql.following.edit_statement import keep_scope
from core.sql.following.of_rows import name_time
from core.sql.tables import Tables

KINDS, STATES, TOWNS = ("Corte", "Tinte", "Peinado"), ("pagada", "pendiente"), ("Soria", "Ávila")


def visits():
    rng = random.Random(8)
    for number in range(240):
        day = f"20{rng.choice((24, 25))}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        yield number, day, rng.choice(KINDS), rng.choice(TOWNS), rng.choice(STATES), rng.randint(10, 60)


ROWS = list(visits())


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("salon")
    text = "visita,fecha,servicio,ciudad,estado,importe\n" + "".join(",".join(map(str, row)) + "\n" for row in ROWS)
    (folder / "visitas.csv").write_text(text, encoding="utf-8")
    opened = Tables(settings.load(folder / "workspace"))
    import_source(folder / "visitas.csv", "visitas.csv", opened.folder)
    yield opened
    opened.close()


def talk(tables, lang, *turns):
    """The answer to the last of the turns, each of which edits the one before."""
    answer = tables.ask(turns[0], lang)
    for said in turns[1:]:
        answer = tables.ask_edited(tables.follow_up(said, answer, lang), lang)
    return answer


def counted(**kept):
    names = ("visita", "fecha", "servicio", "ciudad", "estado", "importe")
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    return sum(all(str(row[name]).startswith(value) for name, value in kept.items()) for row in rows)


@pytest.mark.parametrize(
    ("lang", "turns"),
    [
        ("es", ("¿Cuántas visitas hubo en 2025?", "¿cuántas de ellas fueron en Soria?", "¿cuántas están pendientes?")),
        ("en", ("How many visits were there in 2025 in Soria?", "how many of them were pendiente?")),
        ("en", ("How many visits were there in 2024 in Soria?", "how many of those are pendiente?", "and in 2025?")),
    ],
)
def test_how_many_of_them_counts_within_what_was_counted(tables, lang, turns):
    answer = talk(tables, lang, *turns)
    assert answer.result.rows == ((counted(fecha="2025", ciudad="Soria", estado="pendiente"),),)
    assert "2025" in answer.question
    assert "Soria" in answer.question


@pytest.mark.parametrize(
    ("lang", "turns", "told"),
    [
        ("es", ("¿Cuántas visitas hubo en 2025 en Ávila?", "¿en qué mes hubo más?"), "top 1"),
        (
            "en",
            ("How many visits were there in 2025 in Ávila?", "by servicio", "which month was the highest?"),
            "top 1",
        ),
    ],
)
def test_the_highest_month_of_what_was_counted(tables, lang, turns, told):
    answer = talk(tables, lang, *turns)
    most = max(counted(fecha=f"2025-{month:02d}", ciudad="Ávila") for month in range(1, 13))
    assert [row[-1] for row in answer.result.rows] == [most]
    assert answer.question.rstrip("?").endswith(told)


@pytest.mark.parametrize(
    ("lang", "turns", "question", "take"),
    [
        ("es", ("Importe medio en Soria en 2025", "¿y el total?"), "Importe en Soria en 2025, en total", sum),
        ("es", ("Importe total en Soria", "¿y la media?", "¿y el máximo?"), "Importe en Soria, máximo", max),
        ("en", ("Total importe in Soria in 2025", "what about the minimum?"), "Importe in Soria in 2025, minimum", min),
    ],
)  # fmt: skip
def test_the_same_column_taken_otherwise(tables, lang, turns, question, take):
    answer = talk(tables, lang, *turns)
    assert answer.question == question
    assert answer.result.rows[0][-1] == take(
        row[5] for row in ROWS if row[3] == "Soria" and ("2025" not in question or row[1] >= "2025")
    )


@pytest.mark.parametrize(
    ("lang", "turns"),
    [
        ("es", ("¿Cuántas visitas hubo en 2025 en Soria por servicio?", "quita Tinte")),
        ("en", ("How many visits were there in 2025 in Soria by servicio?", "leave out Tinte")),
    ],
)
def test_what_is_left_out_stays_out_of_what_was_counted(tables, lang, turns):
    answer = talk(tables, lang, *turns)
    kept = {kind: counted(fecha="2025", ciudad="Soria", servicio=kind) for kind in KINDS if kind != "Tinte"}
    assert dict(answer.result.rows) == kept


def test_the_lowest_of_the_rows_shown(tables):
    answer = talk(tables, "en", "How many visits were there in 2025 by servicio?", "which one had the fewest?")
    assert [row[-1] for row in answer.result.rows] == [min(counted(fecha="2025", servicio=kind) for kind in KINDS)]


@pytest.mark.parametrize("said", ["which service is best explained in the manual?", "which town has the most parking?"])
def test_what_names_something_else_asks_for_no_end_of_the_rows(tables, said):
    before = tables.ask("How many visits were there in 2025?", "en")
    assert tables.follow_up(said, before, "en") is None


@pytest.mark.parametrize(
    ("new", "old", "dated", "kept"),
    [
        ("SELECT COUNT(*) FROM v", "SELECT a FROM v WHERE b = 1 AND c = 2", True, ('"v".b = 1', '"v".c = 2')),
        ("SELECT COUNT(*) FROM v WHERE b = 3", "SELECT a FROM v WHERE b = 1 AND c = 2", True, ("b = 3", '"v".c = 2')),
        ("SELECT 1 FROM v", "SELECT a FROM v WHERE d >= DATE '2025-01-01' AND c = 2", False, ('"v".c = 2',)),
        ("SELECT 1 FROM v", "SELECT a FROM v WHERE d BETWEEN '2025-01-01' AND '2025-12-31' AND c = 2", False,
         ('"v".c = 2',)),
        ("SELECT COUNT(*) FROM w AS t1", "SELECT a FROM w x JOIN v USING (i) WHERE x.b = 1", True, ('"t1".b = 1',)),
        ("SELECT COUNT(*) FROM w", "SELECT a FROM v WHERE b = 1", True, ()),
        ("SELECT COUNT(*) FROM v", "SELECT a FROM v WHERE i IN (SELECT i FROM v)", True, ()),
    ],
)  # fmt: skip
def test_conditions_are_kept_on_the_tables_that_both_read(new, old, dated, kept):
    where = keep_scope(new, old, dated).partition(" WHERE ")[2]
    assert sorted(where.split(" AND ")) == sorted(kept or [""])


@pytest.mark.parametrize(
    ("lang", "said", "meant"),
    [
        ("es", "¿cuántas se pagaron ese mes?", "¿cuántas se pagaron en {month} de 2025?"),
        ("en", "how many were paid that year?", "how many were paid in 2025?"),
        ("en", "how many were paid?", ""),
    ],
)
def test_that_month_is_the_month_of_the_row_shown(tables, lang, said, meant):
    asked = {"es": "¿Cuántas visitas hubo en 2025?", "en": "How many visits were there in 2025?"}[lang]
    which = {"es": "¿en qué mes hubo más?", "en": "which month was the highest?"}[lang]
    answer = talk(tables, lang, asked, which)
    months = [counted(fecha=f"2025-{month:02d}") for month in range(1, 13)]
    spanish = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
    month = spanish[months.index(max(months))]
    assert name_time(said, answer.question, answer, lang) == meant.format(month=month)
