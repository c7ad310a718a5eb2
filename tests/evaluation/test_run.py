"""The evaluation command on a folder and cases whose right figures can be counted by hand."""

import json

import pytest

from core.evaluation import run
from core.evaluation.answers import holds_answer
from core.evaluation.retrieval import Case
from core.records import Answer, Citation, Route

PAPERS = {
    "puerto.txt": "El puerto de Vigo movió 4,3 millones de toneladas en 2022. Su puerto lo preside Ana Lamas.",
    "museo.txt": "El museo abrió sus puertas en 1931. Recibe doscientas mil visitas cada año y cierra los lunes.",
    "trenes.txt": "La línea ferroviaria a Orense se electrificó en 1981. El viaje dura noventa minutos.",
}
CASES: list[dict] = [
    {
        "id": 1,
        "question": "¿Cuántas toneladas movió el puerto de Vigo?",
        "file": "puerto.txt",
        "answers": ["4,3 millones"],
    },
    {"id": 2, "question": "¿Cuántas visitas recibe el museo?", "file": "museo.txt", "answers": ["doscientas mil"]},
    {"id": 3, "question": "¿Qué temperatura tiene la superficie de Venus?", "answerable": False},
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "papers").mkdir()
    for name, text in PAPERS.items():
        (folder / "papers" / name).write_text(text, encoding="utf-8")
    lines = "\n".join(json.dumps(case | {"lang": "es"}) for case in CASES)
    (folder / "cases.jsonl").write_text(lines, encoding="utf-8")
    parsed = ["retrieval", "--cases", str(folder / "cases.jsonl"), "--documents", str(folder / "papers")]
    return _call(parsed)


def _call(arguments):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert run.main(arguments) == 0
    return json.loads(out.getvalue())


def test_figures_are_what_a_hand_would_count(report):
    ours = next(mode for mode in report["retrieval"]["modes"] if mode["mode"] == "ours")
    assert (ours["cases"], ours["recall1"], ours["mrr"]) == (2, 1.0, 1.0)
    answers = report["answers"]
    assert (answers["cases"], answers["answerable"]) == (3, 2)
    assert (answers["in_first_quote"], answers["answered"], answers["declined"]) == (1.0, 1.0, 1.0)
    assert (answers["declined_balanced"], answers["quotes_not_verbatim"]) == (1.0, 0)


def test_baselines_run_in_the_same_run(report):
    assert {mode["mode"] for mode in report["retrieval"]["modes"]} >= {"dense", "bm25", "rrf", "ours"}


def test_an_answer_counts_only_in_the_quote_it_stands_in():
    quotes = tuple(
        Citation(n, 1, "a.txt", 1, text, 0, len(text), 1.0, True)
        for n, text in ((1, "Nada de eso."), (2, "Cierra los  LUNES."))
    )
    answer = Answer("q", "q", "es", Route("documents", ""), "answered", "", citations=quotes)
    case = Case("1", "q", "es", frozenset({"a.txt"}), ("los lunes",))
    assert not holds_answer(case, answer, 1)
    assert holds_answer(case, answer, None)


def test_a_missing_database_is_named(tmp_path, capsys):
    (tmp_path / "cases.jsonl").write_text(json.dumps({"question": "q", "db": "nowhere", "gold_sql": "SELECT 1"}))
    assert run.main(["sql", "--cases", str(tmp_path / "cases.jsonl"), "--databases", str(tmp_path)]) == 2
    assert "nowhere" in capsys.readouterr().err
