"""Runs of a case set over a scripted assistant: what is asked again, what is taken over, which run is better."""

import datetime
import threading
from dataclasses import replace

import pytest

from core import settings
from core.errors import AppError
from core.evaluation.baseline import fallen, read_scores, write_scores
from core.evaluation.cases import to_case
from core.evaluation.make_cases import propose_cases
from core.evaluation.runs import compare_runs, record_person, run_set
from core.evaluation.variants import Variant, case_key
from core.records import Answer, Citation, Event, Route
from core.state import case_sets


class Scripted:
    """Answers 'yes' to the questions it knows; counts what it is asked."""

    def __init__(self, held, knows=()):
        self.settings = held
        self.knows = set(knows)
        self.asked = []
        self.tables = None

    def ask(self, question, lang=None, recall=None):
        self.asked.append(question)
        status = "answered" if question in self.knows else "not_found"
        text = "yes" if question in self.knows else ""
        yield Event("done", answer=Answer(question, question, lang, Route("documents", ""), status, text))


@pytest.fixture
def held(tmp_path):
    return settings.load(tmp_path)


@pytest.fixture
def set_id(db):
    number = case_sets.create_set(db, "mine")
    rows = [{"question": f"question {n}", "answers": ["yes"], "lang": "en"} for n in range(30)]
    assert case_sets.add_cases(db, number, rows, "file") == 30
    assert case_sets.add_cases(db, number, rows[:5], "file") == 0
    return number


def test_a_second_run_asks_only_what_may_have_changed(db, held, set_id):
    first = Scripted(held, {f"question {n}" for n in range(20)})
    found = run_set(db, set_id, Variant("a"), first, "v1")
    assert (found.cases, found.reused, found.state) == (30, 0, "done")
    assert found.scores["right"] == pytest.approx(20 / 30)
    again = Scripted(held)
    taken = run_set(db, set_id, Variant("a"), again, "v1")
    assert again.asked == [] and taken.reused == 30 and taken.scores == found.scores
    case_sets.add_cases(db, set_id, [{"question": "a new one", "answers": ["yes"], "lang": "en"}], "file")
    run_set(db, set_id, Variant("a"), again, "v1")
    assert again.asked == ["a new one"]
    run_set(db, set_id, Variant("a"), again, "v2")  # the workspace holds something else
    assert len(again.asked) == 1 + 31
    other = Scripted(held.replace(passages_per_answer=9))
    assert run_set(db, set_id, Variant("b"), other, "v2").reused == 0


def test_another_day_asks_everything_again(db, held, set_id):
    monday, tuesday = datetime.date(2026, 11, 30), datetime.date(2026, 12, 1)  # 'last month' is another one
    run_set(db, set_id, Variant("a"), Scripted(held), "v1", today=monday)
    same, later = Scripted(held), Scripted(held)
    assert run_set(db, set_id, Variant("a"), same, "v1", today=monday).reused == 30 and same.asked == []
    assert run_set(db, set_id, Variant("a"), later, "v1", today=tuesday).reused == 0 and len(later.asked) == 30


def test_a_stopped_run_is_resumed(db, held, set_id):
    steps = iter([True] * 12 + [False])
    first = Scripted(held)
    found = run_set(db, set_id, Variant("a"), first, "v", report=lambda _: next(steps))
    assert (found.state, found.cases) == ("cancelled", 12)
    second = Scripted(held)
    assert run_set(db, set_id, Variant("a"), second, "v").reused == 12
    assert len(second.asked) == 18


class Slow(Scripted):
    """Answers a question once as many as are to be asked at once are waiting for it."""

    def __init__(self, held, together):
        super().__init__(held)
        self.gate = threading.Barrier(together, timeout=10)

    def ask(self, question, lang=None, recall=None):
        self.gate.wait()
        return super().ask(question, lang)


def test_an_endpoint_is_asked_several_cases_at_once(db, held, set_id):
    found = run_set(db, set_id, Variant("a"), Slow(held.replace(engine="openai", cases_at_once=3), 3), "v")
    assert (found.state, found.cases) == ("done", 30)
    assert [one.answer.question for one in case_sets.results_of(db, found.run_id)] == [
        f"question {n}" for n in range(30)
    ]
    alone = Slow(held.replace(engine="transformers", cases_at_once=3), 1)
    assert run_set(db, set_id, Variant("b"), alone, "v").cases == 30


def test_a_stopped_run_keeps_what_was_under_way(db, held, set_id):
    steps = iter([True] * 6 + [False])
    asked = Slow(held.replace(engine="openai", cases_at_once=3), 3)
    found = run_set(db, set_id, Variant("a"), asked, "v", report=lambda _: next(steps))
    assert (found.state, found.cases) == ("cancelled", 6)


def test_settings_that_no_answer_depends_on_ask_nothing_again(held):
    case = to_case({"question": "why?", "lang": "en"})
    key = case_key(case, held, "v", "c")
    assert case_key(case, held.replace(hour_cost=99, alert_p95_ms=9), "v", "c") == key
    assert case_key(case, held.replace(passages_per_answer=9), "v", "c") != key
    assert case_key(case, held, "v", "other code") != key


def test_two_runs_side_by_side(db, held, set_id):
    a = run_set(db, set_id, Variant("a"), Scripted(held, {f"question {n}" for n in range(10)}), "v1")
    b = run_set(db, set_id, Variant("b"), Scripted(held, {f"question {n}" for n in range(1, 28)}), "v2")
    found = compare_runs(db, a.run_id, b.run_id)
    assert found.winner == "b"
    assert len(found.better) == 18 and len(found.worse) == 1
    assert [run.id for run in case_sets.list_runs(db, set_id)] == [b.run_id, a.run_id]
    kept = case_sets.results_of(db, a.run_id)
    assert len(kept) == 30 and kept[0].answer.question == "question 0"


def test_the_gate_names_what_fell():
    before = {str(n): {"right": 1.0, "other": 0.5} for n in range(50)}
    after = {str(n): {"right": float(n > 12), "other": 0.5} for n in range(50)}
    (said,) = fallen(before, after)
    assert said.startswith("right: 1.000 -> 0.740 over 50 cases")
    assert fallen(after, before) == [] and fallen(before, before) == []


def test_a_baseline_is_of_one_kind_and_shares_cases(tmp_path):
    scores = {"1": {"right": 1.0}}
    write_scores(tmp_path / "base.json", "sql", scores)
    assert read_scores(tmp_path / "base.json", "sql") == scores
    for path, kind in (("base.json", "both"), ("none.json", "sql")):
        with pytest.raises(AppError, match=r"evaluation\.baseline"):
            read_scores(tmp_path / path, kind)
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(AppError, match=r"evaluation\.baseline"):
        read_scores(tmp_path / "list.json", "sql")
    with pytest.raises(AppError, match=r"evaluation\.baseline_apart"):
        fallen(scores, {"2": {"right": 1.0}})


def test_waiting_cases_are_not_run(db, held, set_id):
    case_sets.add_cases(db, set_id, [{"question": "waiting", "lang": "en"}], "feedback", approved=False)
    (waiting,) = case_sets.list_cases(db, set_id, approved=False)
    asked = Scripted(held)
    run_set(db, set_id, Variant("a"), asked, "v")
    assert "waiting" not in asked.asked
    case_sets.approve_case(db, waiting.id, True)
    run_set(db, set_id, Variant("a"), asked, "v")
    assert "waiting" in asked.asked
    (counted,) = case_sets.list_sets(db)
    assert (counted.cases, counted.waiting) == (31, 0)


def test_a_persons_answers_are_a_run(db, held, set_id):
    first, second, *_ = case_sets.list_cases(db, set_id)
    run_id = record_person(db, set_id, {first.id: ("oh yes", 2.0), second.id: ("no", 4.5)}, "A person")
    scores = case_sets.scores_of(db, run_id)
    assert (scores[first.id]["right"], scores[second.id]["right"]) == (1.0, 0.0)
    assert [one.ms for one in case_sets.results_of(db, run_id)] == [120_000, 270_000]
    other = run_set(db, set_id, Variant("a"), Scripted(held, {"question 0", "question 1"}), "v")
    assert compare_runs(db, run_id, other.run_id).cases == 2


def test_proposed_cases_hold_what_the_assistant_found():
    quote = Citation(1, 1, "a.pdf", 3, "It opened in 1931.", 10, 28, 1.0, True, key=(23, 27))
    given = Answer("when?", "when?", "en", Route("documents", ""), "answered", "x", citations=(quote,))
    (case,) = propose_cases(Told(given), ["when?"], "en")
    assert (case["answers"], case["files"], case["page"]) == (["1931"], ["a.pdf"], 3)
    assert propose_cases(Told(replace(given, status="not_found")), ["when?"], "en") == []


class Told:
    def __init__(self, answer):
        self.answer = answer

    def ask(self, question, lang=None):
        yield Event("done", answer=self.answer)
