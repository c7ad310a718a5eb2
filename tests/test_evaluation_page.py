"""The evaluation and monitoring pages by AppTest, on a real workspace with real files; and the job behind a run."""

import dataclasses
import threading
import time

import pytest
from streamlit.testing.v1 import AppTest
from test_pages import POLICY, ingest, open_app, shown

from core import samples, trial
from core.assistant import last_answer
from core.evaluation import learn
from core.evaluation.variants import Variant
from core.records import Answer, Route
from core.state import case_sets, chats, codec, experiments, feedback, house_words, jobs, pairs, traces
from core.turns import record, start_turn
from pages.parts import compared
from pages.parts import experiments as live_part


@pytest.fixture
def workspace(workspace):
    ingest(workspace, ("leave.txt", POLICY))
    return workspace


CASES = [
    {
        "question": "How many days of paid leave are there?",
        "answers": ["24 days"],
        "files": ["leave.txt"],
        "lang": "en",
    },
    {"question": "How long is parental leave?", "answers": ["19 weeks"], "files": ["leave.txt"], "lang": "en"},
    {"question": "Who painted the ceiling of the chapel?", "answerable": False, "lang": "en"},
]


def run(workspace, set_id, variant):
    trial.queue(workspace.db, set_id, variant)
    job = jobs.claim(workspace.db, "test", (trial.EVALUATE,))
    found = trial.run_trial(workspace.db, workspace.settings, job, threading.Event())
    jobs.finish(workspace.db, job.id)
    return found


def test_a_run_asks_the_very_assistant_and_two_runs_stand_side_by_side(workspace):
    set_id = case_sets.create_set(workspace.db, "leave")
    case_sets.add_cases(workspace.db, set_id, CASES, "file")
    first = run(workspace, set_id, Variant("as it is"))
    assert (first.cases, first.reused, first.state) == (3, 0, "done")
    assert first.scores["right"] == 1.0 and first.scores["verbatim"] == 1.0
    second = run(workspace, set_id, Variant("as it is"))
    assert second.reused == 3
    third = run(workspace, set_id, Variant("one passage", {"passages_per_answer": 1}))
    assert third.reused == 0
    app = open_app("evaluation")
    assert "No difference shown over 3 cases" in shown(app)
    assert "one passage" in shown(app)
    app = open_app("evaluation", "es")
    assert "No se aprecia diferencia" in shown(app)


def test_what_broke_is_listed_and_both_answers_stand_side_by_side(workspace):
    set_id = case_sets.create_set(workspace.db, "leave")
    case_sets.add_cases(workspace.db, set_id, CASES, "file")
    first = run(workspace, set_id, Variant("as it is"))
    second = case_sets.start_run(workspace.db, set_id, {"name": "broken", "changes": {"passages_per_answer": 2}})
    for one in case_sets.results_of(workspace.db, first.run_id):
        wrong = one.case_id == 1
        said = dataclasses.replace(one.answer, text="Nobody *knows* [1]") if wrong else one.answer
        scores = {**one.scores, "right": 0.0} if wrong else one.scores
        case_sets.store_results(workspace.db, second, [(one.case_id, "x", scores, codec.dump(said), 1.0)])
    case_sets.finish_run(workspace.db, second, "done", 0, 1.0)
    kinds = compared.sort_cases(*(case_sets.scores_of(workspace.db, n) for n in (first.run_id, second)))
    assert kinds == {"broke": [1], "fixed_cases": [], "both_wrong": [], "both_right": [2, 3]}
    app = open_app("evaluation")
    assert not app.exception
    assert "1 broke" in " ".join(app.segmented_control[0].options)
    both = app.segmented_control[0].options
    assert len(both) == 2 and "2 right in both" in both[1]
    script = f"""
from core.evaluation.cases import to_case
from core.state import case_sets
from pages.parts import compared, services
db = services.workspace().db
runs = {{one.id: one for one in case_sets.list_runs(db, {set_id})}}
case = to_case(case_sets.list_cases(db, {set_id})[0].data)
compared._draw_pair(db, case, 1, runs[{first.run_id}], runs[{second}])
"""
    pair = AppTest.from_string(script, default_timeout=60).run()
    assert not pair.exception
    text = " ".join(one.value for one in (*pair.markdown, *pair.caption))
    assert "24 days" in text and "Nobody" in text and "wrong" in text
    assert len(pair.get("download_button")) == 4


def test_an_empty_page_says_what_a_case_is(workspace):
    assert "A case is a question" in shown(open_app("evaluation"))
    assert "Nothing has been asked yet" in shown(open_app("monitoring"))


def test_a_cancelled_job_ends_and_keeps_what_it_has(workspace):
    set_id = case_sets.create_set(workspace.db, "leave")
    case_sets.add_cases(workspace.db, set_id, CASES, "file")
    number = trial.queue(workspace.db, set_id, Variant("x"))
    job = jobs.claim(workspace.db, "test", (trial.EVALUATE,))
    jobs.cancel(workspace.db, number)
    found = trial.run_trial(workspace.db, workspace.settings, job, threading.Event())
    assert found.state == "cancelled" and found.cases == 0


def corrected(workspace, kind, value):
    turn = chats.add_turn(workspace.db, chats.create_conversation(workspace.db), "How long is parental leave?", "me")
    answer = Answer(
        "How long is parental leave?", "How long is parental leave?", "en", Route("documents", ""), "answered", "x"
    )
    chats.finish_turn(workspace.db, turn, answer)
    feedback.correct(workspace.db, turn, kind, value)
    return feedback.corrections(workspace.db)[-1]


def test_an_approved_correction_becomes_a_case_and_a_pair(workspace):
    quote = {
        "document_id": 1,
        "file": "leave.txt",
        "page": 1,
        "quote": "Parental leave lasts 19 weeks.",
        "text": "19 weeks",
    }
    learn.approve(workspace.db, corrected(workspace, "citation", quote), workspace.tables.catalog())
    learn.approve(workspace.db, corrected(workspace, "sql", {"sql": "SELECT 1"}), workspace.tables.catalog())
    assert feedback.corrections(workspace.db) == []
    (pair,) = learn.training_pairs(workspace.db)
    assert (pair.passage, pair.lang) == ("Parental leave lasts 19 weeks.", "en")
    (statement,) = pairs.list_pairs(workspace.db)
    assert (statement.sql, statement.verdict) == ("SELECT 1", "corrected")
    (held,) = case_sets.list_sets(workspace.db)
    assert held.name == learn.CORRECTIONS and held.cases == 2
    case_sets.delete_set(workspace.db, held.id)
    set_id = case_sets.create_set(workspace.db, learn.CORRECTIONS)
    case_sets.add_cases(
        workspace.db, set_id, [learn.to_case_data(corrected(workspace, "citation", quote), "en")], "feedback"
    )
    run(workspace, set_id, Variant("x"))
    state = learn.loop_state(workspace.db)
    assert (state.corrections, state.approved, state.cases, state.fixed) == (3, 2, 1, 1)


def test_the_review_tab_takes_a_correction_in(workspace):
    corrected(workspace, "answer", {"text": "nineteen weeks"})
    app = open_app("evaluation")
    assert "nineteen weeks" in shown(app)
    next(button for button in app.button if button.key and button.key.startswith("approve-")).click().run()
    assert not app.exception
    assert feedback.corrections(workspace.db) == []
    assert [held.name for held in case_sets.list_sets(workspace.db)] == [learn.CORRECTIONS]


def test_monitoring_shows_what_was_recorded(workspace):
    answer = Answer("why?", "why?", "en", Route("none", ""), "error", "", timings_ms={"total": 7.0, "search": 3.0})
    traces.record(workspace.db, *(traces.of_answer(answer) for _ in range(25)))
    app = open_app("monitoring")
    assert "25 questions" in shown(app)
    assert "above the limit of 5%" in shown(app)
    app = open_app("monitoring", "es")
    assert "por encima del límite del 5 %" in shown(app)


def test_a_turn_leaves_its_trace_and_can_be_voted_on(workspace):
    number = chats.create_conversation(workspace.db)
    turn = start_turn(workspace.db, workspace.assistant, number, "How long is parental leave?")
    deadline = time.monotonic() + 30
    while not traces.count(workspace.db) and time.monotonic() < deadline:
        time.sleep(0.02)
    (kept,) = traces.read(workspace.db, [1]).values()
    assert (kept.status, kept.turn_id, kept.question) == ("answered", turn, "How long is parental leave?")
    assert kept.total_ms > 0 and kept.supported >= 1
    app = open_app(c=number)
    app.feedback[0].set_value(0).run()
    assert not app.exception
    assert feedback.vote_of(workspace.db, turn)[0] == -1
    app.text_area(key=f"right-{turn}").set_value("19 weeks, unpaid")
    next(button for button in app.button if button.label == "Send").click().run()
    (waiting,) = feedback.corrections(workspace.db)
    assert (waiting.kind, waiting.value) == ("answer", {"text": "19 weeks, unpaid"})


def test_the_right_passage_is_searched_for_and_sent(workspace):
    number = chats.create_conversation(workspace.db)
    turn = chats.add_turn(workspace.db, number, "How long is daddy time?", "me")
    answer = Answer("How long is daddy time?", "How long is daddy time?", "en", Route("none", ""), "not_found", "")
    chats.finish_turn(workspace.db, turn, answer)
    app = open_app(c=number)
    app.feedback[0].set_value(0).run()
    app.text_input(key=f"find-{turn}").set_value("parental leave weeks").run()
    place = app.selectbox(key=f"place-{turn}")
    assert "leave.txt" in place.options[1]
    place.select_index(1)
    app.text_area(key=f"right-{turn}").set_value("19 weeks")
    next(button for button in app.button if button.label == "Send").click().run()
    assert not app.exception
    (waiting,) = feedback.corrections(workspace.db)
    assert waiting.kind == "citation" and "19 weeks" in waiting.value["quote"]


def test_a_word_is_proposed_from_corrections_taken_and_taken_back(workspace):
    for question, text in (("How long is zorbing?", "19 weeks"), ("Who gets zorbing?", "19 weeks")):
        turn = chats.add_turn(workspace.db, chats.create_conversation(workspace.db), question, "me")
        answer = Answer(question, question, "en", Route("none", ""), "not_found", "")
        chats.finish_turn(workspace.db, turn, answer)
        quote = "Parental leave lasts 19 weeks."
        learn.correct(workspace.db, turn, text=text, place=learn.Passage(1, "leave.txt", 1, quote))
    for correction in feedback.corrections(workspace.db):
        learn.approve(workspace.db, correction, workspace.tables.catalog())
    app = open_app("evaluation")
    assert "zorbing" in shown(app)
    app.text_input(key="own-meaning-0").set_value("parental leave")
    app.button(key="take-word-0").click().run()
    assert not app.exception
    (word,) = house_words.list_words(workspace.db)
    assert (word.said, word.meant, len(word.origins)) == ("zorbing", "parental leave", 2)
    found = last_answer(workspace.assistant.ask("How long is zorbing?", lang="en"))
    assert "19 weeks" in found.text and "“zorbing” = “parental leave”" in found.message
    assert "from 2 corrections" in shown(app)
    app.button(key=f"remove-word-{word.id}").click().run()
    assert house_words.list_words(workspace.db) == []


def test_nothing_is_recorded_where_nothing_is_to_be_logged(workspace):
    answer = Answer("why?", "why?", "en", Route("none", ""), "error", "")
    record(workspace.db, workspace.settings.replace(log_questions="nothing"), answer)
    assert traces.count(workspace.db) == 0
    record(workspace.db, workspace.settings.replace(log_questions="no_text"), answer)
    assert [trace.question for trace in traces.read(workspace.db, [1]).values()] == [""]


def test_a_live_comparison_keeps_each_conversation_on_its_side(workspace):
    experiments.start(workspace.db, "fewer passages", {"passages_per_answer": 1})
    sides = {}
    for _ in range(12):
        number = chats.create_conversation(workspace.db)
        answering, running, side = live_part.side_of(number)
        assert answering.settings.get("passages_per_answer") == (1 if side == "b" else 5)
        assert live_part.side_of(number)[2] == side
        turn = chats.add_turn(workspace.db, number, "q", "me")
        experiments.note(workspace.db, running.id, turn, side)
        feedback.vote(workspace.db, turn, 1 if side == "b" else -1)
        sides[number] = side
    assert set(sides.values()) == {"a", "b"}
    given = experiments.votes(workspace.db, running.id)
    assert sorted(given) == sorted((side, side == "b") for side in sides.values())
    assert "Not settled yet" in shown(open_app("evaluation"))
    experiments.end(workspace.db)
    assert live_part.side_of(number)[1] is None
    assert "Earlier comparisons" in shown(open_app("evaluation"))


def test_a_variant_that_changes_the_index_gets_one_of_its_own(workspace):
    set_id = case_sets.create_set(workspace.db, "leave")
    case_sets.add_cases(workspace.db, set_id, CASES, "file")
    found = run(workspace, set_id, Variant("short passages", {"passage_tokens": 100, "passage_overlap_tokens": 0}))
    assert (found.cases, found.state) == (3, "done") and found.scores["right"] == 1.0
    (own,) = (workspace.settings.workspace / "variants").iterdir()
    assert (own / "state.sqlite").exists()
    again = run(workspace, set_id, Variant("the same", {"passage_tokens": 100, "passage_overlap_tokens": 0}))
    assert again.reused == 3
    workspace.library.delete(workspace.library.documents()[0].id)  # and what runs keep of a document goes with it
    assert not (workspace.settings.workspace / "variants").exists()
    runs = [held.id for held in case_sets.list_runs(workspace.db, set_id)]
    kept = [str(one.answer) for number in runs for one in case_sets.results_of(workspace.db, number)]
    assert not any("leave.txt" in answer for answer in kept)


def test_the_sample_is_offered_as_first_cases_in_both_tabs(workspace):
    path = next(path for path in samples.files() if path.suffix == ".md")
    ingest(workspace, (path.name, path.read_text(encoding="utf-8")))
    app = open_app("evaluation")
    assert not app.error
    assert [button.key for button in app.button if button.key in ("add-runs", "add-cases")] == ["add-runs", "add-cases"]
    app.button(key="add-runs").click().run()
    assert [len(case_sets.list_cases(workspace.db, one.id)) for one in case_sets.list_sets(workspace.db)] == [60]
    assert not app.error
    app.session_state["language"] = "es"
    assert not [button for button in app.run().button if button.key in ("add-runs", "add-cases")]
