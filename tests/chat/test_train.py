"""Learning the small networks: they learn what can be learned, and the command runs from cases to weights."""

import json

import numpy as np

from core.chat import decline, nets, rank, train
from core.chat.fit import Judging, Ranking, fit_judge, fit_ranker
from core.records import Page

RANDOM = np.random.default_rng(3)
FACTS = (
    ("The lighthouse keeper is Rosa Quint. The boat is blue.", "Who is the lighthouse keeper?", "Rosa Quint"),
    ("The mill grinds rye from Lugo. The miller sings.", "What does the mill grind?", "rye"),
    ("The ferry sails at noon. Its captain is old.", "When does the ferry sail?", "noon"),
    ("The bridge cost 900 pesetas. It was built of oak.", "How much did the bridge cost?", "900 pesetas"),
)


def test_the_ranker_learns_which_feature_tells():
    examples = []
    for _ in range(2000):
        rows = RANDOM.normal(size=(6, len(rank.FEATURES)))
        examples.append(Ranking("toy", rows, np.arange(6) == rows[:, 3].argmax()))
    models = nets.to_nets(fit_ranker(examples))
    held = [nets.mean_output(e.rows, models).argmax() == e.right.argmax() for e in examples[:100]]
    assert np.mean(held) > 0.9


def test_the_judge_learns_an_interaction_that_no_line_separates():
    rows = RANDOM.normal(size=(1200, len(decline.FEATURES)))
    examples = [Judging("toy", row, bool(row[0] * row[1] > 0)) for row in rows]
    models = nets.to_nets(fit_judge(examples))
    right = [(chance > 0.5) == e.answerable for chance, e in zip(nets.mean_chance(rows, models), examples, strict=True)]
    assert np.mean(right) > 0.8


def test_the_command_goes_from_cases_to_weights(empty, tmp_path, monkeypatch, capsys):
    cases = []
    for number, (text, question, answer) in enumerate(FACTS):
        empty.add(f"{number}.txt", "en", [Page(1, text)])
        case = {"question": question, "lang": "en", "file": f"{number}.txt", "answers": [answer], "article": number}
        cases.append(case | {"answerable": True})
        cases.append(case | {"question": "Who painted the ceiling of the opera?", "answers": [], "answerable": False})
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    monkeypatch.setattr(nets, "WEIGHTS", tmp_path / "weights.json")
    assert train.main(["--set", f"keyword:{path}={tmp_path}", "--threshold", "0.3", "--write"]) == 0
    written = json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"))
    assert "balanced@0.4" in capsys.readouterr().out
    assert written["decline"]["threshold"] == 0.3
    assert len(written["decline"]["nets"][0]["linear"]) == len(decline.FEATURES)
    assert len(written["ranker"]["nets"][0]["linear"]) == len(rank.FEATURES)
