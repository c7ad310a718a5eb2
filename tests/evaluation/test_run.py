"""The evaluation command on a folder and cases whose right figures can be counted by hand."""

import json

import pytest

from core.evaluation import learned, run
from core.evaluation.answers import holds_answer, is_wrong_short
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


@pytest.mark.parametrize(
    ("text", "answers", "wrong"),
    [
        ("**los lunes** — “Cierra los lunes.” [1]", ("Cierra los lunes",), False),
        ("**1931** — “Cierra los lunes.” [1]", ("Cierra los lunes",), True),
        ("**los lunes** — “Cierra los lunes.” [1]", ("Abre a las nueve",), True),
        ("**los lunes** — “Cierra los lunes.” [1]", (), True),
        ("“Cierra los lunes.” [1]", (), False),
    ],
)
def test_a_short_answer_in_bold_is_wrong_beside_a_wrong_quote_too(text, answers, wrong):
    quote = Citation(1, 1, "a.txt", 1, "Cierra los lunes.", 0, 17, 1.0, True)
    answer = Answer("q", "q", "es", Route("documents", ""), "answered", text, citations=(quote,))
    case = Case("1", "q", "es", frozenset({"a.txt"}), answers, bool(answers), short=("los lunes",))
    assert is_wrong_short(case, answer) is wrong


def test_a_missing_database_is_named(tmp_path, capsys):
    (tmp_path / "cases.jsonl").write_text(json.dumps({"question": "q", "db": "nowhere", "gold_sql": "SELECT 1"}))
    assert run.main(["sql", "--cases", str(tmp_path / "cases.jsonl"), "--databases", str(tmp_path)]) == 2
    assert "nowhere" in capsys.readouterr().err


def shop(folder):
    """A database of one table, and the folder of it."""
    (folder / "shop").mkdir(parents=True)
    rows = "".join(f"{n},{'north' if n % 3 else 'south'},{n * 10}\n" for n in range(1, 13))
    (folder / "shop" / "orders.csv").write_text("id,region,amount\n" + rows)
    return folder


def sql_cases(path, gold="SELECT sum(amount) FROM orders"):
    rows = [{"id": n, "question": "total amount of orders", "db": "shop", "gold_sql": gold} for n in range(8)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def test_any_kind_of_run_is_a_gate(tmp_path, capsys):
    databases, scores = str(shop(tmp_path / "all")), str(tmp_path / "scores.json")
    command = ["sql", "--databases", databases, "--cases"]
    right = sql_cases(tmp_path / "right.jsonl")
    assert run.main([*command, right, "--save", scores]) == 0
    assert json.loads((tmp_path / "scores.json").read_text())["scores"]["0"]["right"] == 1.0
    assert run.main([*command, right, "--against", scores]) == 0
    capsys.readouterr()
    wrong = sql_cases(tmp_path / "wrong.jsonl", "SELECT min(amount) - 1 FROM orders")  # as if the answer had broken
    assert run.main([*command, wrong, "--against", scores]) == 1
    told = capsys.readouterr()
    assert "right: 1.000 -> 0.000 over 8 cases" in told.err
    assert any(line.startswith("right: ") for line in json.loads(told.out)["fell"])
    assert run.main(["both", "--cases", right, "--documents", databases, "--against", scores]) == 2
    assert "both" in capsys.readouterr().err


def test_scores_of_retrieval_are_those_of_its_cases(tmp_path):
    (tmp_path / "papers").mkdir()
    for name, text in PAPERS.items():
        (tmp_path / "papers" / name).write_text(text, encoding="utf-8")
    (tmp_path / "cases.jsonl").write_text("\n".join(json.dumps(case | {"lang": "es"}) for case in CASES))
    cases, papers = str(tmp_path / "cases.jsonl"), str(tmp_path / "papers")
    _call(["retrieval", "--cases", cases, "--documents", papers, "--save", str(tmp_path / "s.json")])
    scores = json.loads((tmp_path / "s.json").read_text())["scores"]
    assert scores["1"] == dict.fromkeys(
        ("recall1", "recall5", "mrr", "answered", "in_first_quote", "in_any_quote", "verbatim", "short_not_wrong"), 1.0
    )
    assert scores["3"] == {"declined": 1.0, "short_not_wrong": 1.0}


def test_changed_answers_are_scored_one_by_one(tmp_path):
    page = {"file": "a.txt", "page": 1, "text": "The port moved 4.3 million tonnes in 2022."}
    cited = [{"file": "a.txt", "page": 1, "quote": "The port moved 4.3 million tonnes in 2022."}]
    case = {
        "id": "x",
        "lang": "en",
        "text": "The port moved 4.3 million tonnes in 2022. [1]",
        "citations": cited,
        "pages": [page],
    }
    (tmp_path / "claims.jsonl").write_text(json.dumps(case))
    _call(["validation", "--cases", str(tmp_path / "claims.jsonl"), "--save", str(tmp_path / "s.json")])
    scores = json.loads((tmp_path / "s.json").read_text())["scores"]
    assert scores["x"] == {"passed": 1.0}
    changed = [one["caught"] for name, one in scores.items() if name.startswith("x figure")]
    assert changed and min(changed) == 1.0


def test_what_is_learned_is_measured_on_articles_that_it_did_not_learn_from(tmp_path, monkeypatch):
    """A ranker stands for its part of the articles only, and both sides answer the same questions."""
    learned_from, fit = [], learned.fit_ranker
    monkeypatch.setattr(learned, "fit_ranker", lambda rankings: learned_from.append(len(rankings)) or fit(rankings))
    (tmp_path / "papers").mkdir()
    for name, text in PAPERS.items():
        (tmp_path / "papers" / name).write_text(text, encoding="utf-8")
    known = {"lang": "es", "answers": [], "answerable": True}
    rows = [known | case | {"article": n} for n, case in enumerate(CASES)]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = _call(["learned", "--set", f"{tmp_path / 'cases.jsonl'}={tmp_path / 'papers'}"])
    assert sorted(learned_from) == [1, 1, 2, 2]  # of two answerable articles, in two of four parts
    assert {figures["cases"] for figures in found["cases"].values()} == {2}
    assert found["cases"]["answer_first"]["plain"] == 1.0
