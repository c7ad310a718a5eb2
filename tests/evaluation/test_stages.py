"""Stages of an answer that are remembered: exactly what they were, and only of the very same world."""

import datetime
import decimal

import pytest

from core import prompts, settings
from core.assistant import last_answer
from core.evaluation import first_token, runs
from core.evaluation.rerun import plain
from core.evaluation.stages import Stages
from core.evaluation.variants import Variant, world_key
from core.records import CheckedSql, Citation, DocumentsAnswer, QueryResult, Sounding, SqlAnswer
from core.state import case_sets, catalog_notes, house_words
from core.workspace import open_workspace

CELLS = (
    (decimal.Decimal("1.10"), datetime.date(2026, 1, 31), datetime.datetime(2026, 1, 31, 12, 30), None, b"\x00\xff"),
    (1, 1.5, True, ["a", [2]], {"t": "date", "v": "no date"}),
)
FOUND = {
    "rows": SqlAnswer(
        "q", "es", CheckedSql("SELECT 1", ("t",)), QueryResult(("a",), ("INT",), CELLS), insight=("x",), unknown=("y",)
    ),
    "documents": DocumentsAnswer(
        "answered", "x [1]", citations=(Citation(1, 1, "a.pdf", 3, "It opened.", 10, 20, 1.0, True, key=(2, 4)),)
    ),
    "sounding": Sounding(3, 0.5, ("y",), named=(("north", "NORTE"),)),
    "schema": 'TABLE "ventas" (3 rows)\n  "región" VARCHAR',
    "result": QueryResult(("a",), ("INT",), CELLS, error=("sql.run.failed", {"detail": "x"})),
    "gold": QueryResult(("a",), ("INT",), CELLS),
}
QUESTIONS = [
    ("How much does the kettle cost?", "en"),
    ("What were the total sales by region?", "en"),
    ("¿Cuánto se vendió en Norte?", "es"),
    ("How many sales were there in January, and when was the kettle bought?", "en"),
    ("Who was the king of Denmark?", "en"),
]


def refuse():
    raise AssertionError("it was to be remembered")


@pytest.fixture
def run_id(db):
    return case_sets.start_run(db, case_sets.create_set(db, "mine"), {})


@pytest.mark.parametrize("stage", FOUND)
def test_what_is_remembered_is_what_was_found(db, run_id, stage):
    first = Stages(db, "world")
    assert first.recall(stage, ("why?", None), lambda: FOUND[stage]) is FOUND[stage]
    case_sets.store_stages(db, run_id, first.made)
    again = Stages(db, "world")
    known = again.recall(stage, ("why?", None), refuse)
    assert known == FOUND[stage] and repr(known) == repr(FOUND[stage])
    assert again.made == [] and again.spared_ms == first.made[0][2]


def test_another_world_question_or_stage_is_worked_out(db, run_id):
    first = Stages(db, "world")
    first.recall("sounding", ("why?", ["a"]), lambda: FOUND["sounding"])
    case_sets.store_stages(db, run_id, first.made)
    for world, stage, asked in (
        ("other", "sounding", ("why?", ["a"])),
        ("world", "rows", ("why?", ["a"])),
        ("world", "sounding", ("why?", ["b"])),
        ("world", "sounding", ("why", ["a"])),
    ):
        stages = Stages(db, world)
        stages.recall(stage, asked, lambda: FOUND[stage])  # noqa: B023
        assert len(stages.made) == 1 and stages.spared_ms == 0


def test_what_would_not_come_back_as_it_was_is_not_remembered(db):
    stages = Stages(db, "world")
    odd = QueryResult(("a",), ("INT",), (({1, 2},),))
    late = SqlAnswer("q", "en", None, None, error=("sql.limits.time", {"ms": 3000}))
    assert stages.recall("result", ("a",), lambda: odd) is odd
    assert stages.recall("rows", ("a",), lambda: late) is late
    assert stages.made == []


def test_stages_go_with_their_run_with_a_deleted_file_and_after_many_runs(db, run_id):
    def keep(number):
        case_sets.store_stages(db, run_id + number, [(f"key {number}", "{}", 1.0)])

    keep(0)
    case_sets.forget_file(db, "a.pdf")
    assert case_sets.find_stage(db, "key 0") is None
    keep(0)
    case_sets.delete_run(db, run_id)
    assert case_sets.find_stage(db, "key 0") is None
    numbers = [case_sets.start_run(db, 1, {}) - run_id for _ in range(case_sets.KEPT_RUNS + 1)]
    keep(numbers[0])
    keep(numbers[1])
    keep(numbers[-1])
    assert [case_sets.find_stage(db, f"key {n}") is None for n in (numbers[0], numbers[1], numbers[-1])] == [1, 0, 0]


def test_the_world_is_all_but_the_models_part(tmp_path):
    held = settings.load(tmp_path)
    world = world_key(held, "holdings", "code")
    for change in (
        {"prompt_documents_en": "Answer in rhyme. {not_found}"},
        {"engine": "openai", "chat_model": "x", "temperature": 1.0},
        {"hour_cost": 9},
    ):
        assert world_key(held.replace(**change), "holdings", "code") == world
    for change in (
        {"passages_per_answer": 9},
        {"retriever_adapter": "mine"},
        {"dense_weight_percent": 40},
        {"document_tables": "off"},
        {"sql_rows_max": 10},
    ):
        assert world_key(held.replace(**change), "holdings", "code") != world, change
    assert len({world, world_key(held, "other", "code"), world_key(held, "holdings", "other")}) == 3


@pytest.fixture
def filled(tmp_path):
    (tmp_path / "a.txt").write_text("The kettle costs 30 euros. It was bought in May.", encoding="utf-8")
    (tmp_path / "ventas.csv").write_text(
        "region,importe,fecha\nNorte,10.5,2026-01-03\nSur,20,2026-01-09\nNorte,7,2026-02-01\n", encoding="utf-8"
    )
    with first_token.scripted_model(0, 0, alike=True) as url:
        workspace = open_workspace(first_token.with_model(settings.load(tmp_path / "workspace"), url))
        try:
            add(workspace, tmp_path / "a.txt", tmp_path / "ventas.csv")
            yield workspace
        finally:
            workspace.close()


def add(workspace, *paths):
    for path in paths:
        workspace.library.ingest(workspace.library.add_path(path))


def test_an_answer_of_remembered_stages_is_a_fresh_one(filled, request):
    set_id = case_sets.create_set(filled.db, "mine")
    case_sets.add_cases(filled.db, set_id, [{"question": text, "lang": lang} for text, lang in QUESTIONS], "file")
    holdings = runs.holdings_of(filled.db, filled.assistant)
    runs.run_set(filled.db, set_id, Variant("a"), filled.assistant, holdings)
    changed = {name: "Be brief. {not_found}" if "documents" in name else "Be brief." for name in prompts.SETTINGS}
    reopened = open_workspace(filled.settings)  # a later run is one of another process
    request.addfinalizer(reopened.close)
    other = reopened.variant(**changed)
    again = runs.run_set(filled.db, set_id, Variant("b", changed), other, holdings)
    assert again.reused <= 1  # the model was asked anew
    assert reopened.index.holders(reopened.index.terms("kettle", "en")[0])  # what citations and checks read is there
    remembered = {found.answer.question: found for found in case_sets.results_of(filled.db, again.run_id)}
    for text, lang in QUESTIONS:
        fresh = last_answer(other.ask(text, lang=lang))
        assert plain(remembered[text].answer) == plain(fresh), text
    assert {found.answer.route.kind for found in remembered.values()} > {"data", "documents"}


def test_whatever_a_workspace_holds_is_in_its_holdings(filled, tmp_path):
    seen = [runs.holdings_of(filled.db, filled.assistant)]

    def changed():
        seen.append(runs.holdings_of(filled.db, filled.assistant))
        return seen[-1] not in seen[:-1]

    assert not changed()
    seen.pop()
    (tmp_path / "b.txt").write_text("The lamp costs 12 euros.", encoding="utf-8")
    add(filled, tmp_path / "b.txt")
    assert changed()
    (tmp_path / "stock.csv").write_text("thing,left\nlamp,3\n", encoding="utf-8")
    add(filled, tmp_path / "stock.csv")
    assert changed()
    (tmp_path / "stock.csv").write_text("thing,left\nlamp,4\n", encoding="utf-8")
    add(filled, tmp_path / "stock.csv")
    assert changed()
    catalog_notes.describe(filled.db, "stock", "", catalog_notes.Note("What is in the cellar"))
    assert changed()
    house_words.add(filled.db, house_words.HouseWord("zorbing", "the lamp", "en"))
    assert changed()
    filled.library.delete(next(d.id for d in filled.library.documents() if d.name == "b.txt"))
    assert changed()
