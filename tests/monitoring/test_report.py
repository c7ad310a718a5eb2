"""The report against figures worked out apart, from traces written to a real state file."""

import random
import statistics

import pytest

from core import settings
from core.monitoring import alerts, report, trends
from core.monitoring.value import worth_of
from core.records import Answer, Check, Hit, Route, Trace
from core.state import chats, feedback, traces
from core.state.database import Database

START = 1_760_000_000.0


@pytest.fixture
def db(tmp_path):
    opened = Database(tmp_path / "state.sqlite")
    yield opened
    opened.close()


def some_traces(n, seed=1):
    draw = random.Random(seed)
    return [
        Trace(
            at=START + number * 600,
            lang=draw.choice(("es", "en")),
            route=draw.choice(("documents", "data", "both")),
            status=draw.choice(("answered",) * 6 + ("not_found", "error")),
            question=f"question {number}",
            match=draw.random(),
            supported=2,
            unsupported=int(draw.random() < 0.1),
            total_ms=draw.expovariate(1 / 80),
            stages={"search": draw.uniform(5, 20), "answer": draw.uniform(1, 9)},
            tokens=10,
            cost=0.002,
        )
        for number in range(n)
    ]


def test_figures_equal_those_counted_by_hand(db):
    made = some_traces(500)
    traces.record(db, *made)
    found = report.make_report(db)
    assert found.questions == 500
    for status in report.OUTCOMES:
        assert found.shares[status] == pytest.approx(sum(t.status == status for t in made) / 500)
    assert found.shares["unsupported"] == pytest.approx(sum(t.unsupported > 0 for t in made) / 500)
    cuts = statistics.quantiles([t.total_ms for t in made], n=100, method="inclusive")
    assert (found.total.p50, found.total.p95, found.total.p99) == pytest.approx(
        (cuts[49], cuts[94], cuts[98]), abs=0.06
    )
    searches = statistics.quantiles([t.stages["search"] for t in made], n=100, method="inclusive")
    assert found.stages["search"].p95 == pytest.approx(searches[94], abs=0.06)
    assert found.routes == {r: sum(t.route == r for t in made) for r in found.routes}
    assert found.tokens == 5000 and found.cost == pytest.approx(1.0)
    slowest = traces.read(db, list(found.slowest[:1]))[found.slowest[0]]
    assert slowest.total_ms == max(t.total_ms for t in made)


def test_points_hold_every_question_once_and_quiet_steps_too(db):
    made = [Trace(at=START + step, lang="en", route="data", status="answered") for step in (0, 10, 7200, 7300)]
    traces.record(db, *made)
    found = report.make_report(db)
    assert sum(point.questions for point in found.points) == 4
    assert any(point.questions == 0 for point in found.points)
    assert len(found.points) <= 62


def test_filters_take_only_what_they_name(db):
    made = some_traces(200)
    traces.record(db, *made)
    since = START + 100 * 600
    found = report.make_report(db, report.Filter(since=since, lang="es", route="data"))
    assert found.questions == sum(t.lang == "es" and t.route == "data" and t.at >= since for t in made)
    assert report.make_report(db, report.Filter(lang="xx")).questions == 0


def test_worst_are_failures_then_unsupported_then_not_found(db):
    kinds = [("answered", 0), ("not_found", 0), ("error", 0), ("answered", 1)]
    traces.record(db, *(Trace(START + i, "en", "data", s, unsupported=u) for i, (s, u) in enumerate(kinds)))
    found = report.make_report(db)
    held = traces.read(db, list(found.worst))
    assert [(held[i].status, held[i].unsupported) for i in found.worst] == [
        ("error", 0),
        ("answered", 1),
        ("not_found", 0),
    ]


def test_drift_is_the_gap_between_the_halves(db):
    same = [Trace(START + i, "en", "documents", "answered", match=0.2 + 0.6 * (i % 10) / 10) for i in range(200)]
    traces.record(db, *same)
    assert report.make_report(db).drift < 0.1
    traces.record(db, *(Trace(START + 300 + i, "en", "documents", "answered", match=0.1) for i in range(200)))
    assert report.make_report(db).drift == pytest.approx(1.0)


def test_alerts_fire_above_their_thresholds_only(db, tmp_path):
    held = settings.load(tmp_path)
    traces.record(
        db, *(Trace(START + i, "en", "data", "error" if i < 3 else "answered", total_ms=9) for i in range(30))
    )
    found = report.make_report(db)
    assert [alert.key for alert in alerts.find_alerts(found, held)] == ["failed_percent"]
    assert alerts.find_alerts(found, held.replace(alert_failed_percent=10)) == ()


def test_worth_follows_its_assumptions(db, tmp_path):
    traces.record(db, *(Trace(START + i, "en", "data", "answered", total_ms=60_000, cost=1.0) for i in range(60)))
    held = settings.load(tmp_path).replace(minutes_by_hand=11, hour_cost=30)
    found = worth_of(report.make_report(db), held)
    assert found.hours_saved == pytest.approx(60 * 10 / 60)
    assert found.worth == pytest.approx(10 * 30 - 60)


def test_a_trace_tells_of_its_answer_and_goes_with_its_conversation(db):
    answer = Answer(
        "why?",
        "why?",
        "en",
        Route("documents", ""),
        "answered",
        "x",
        hits=(Hit(1, 1, "f", 1, "t", 1.0, coverage=0.7),),
        checks=(Check("a", "supported", ""), Check("b", "unsupported", "")),
        timings_ms={"search": 3.0, "total": 12.5},
    )
    conversation = chats.create_conversation(db, "t")
    turn = chats.add_turn(db, conversation, "why?", "me")
    traces.record(db, traces.of_answer(answer, turn_id=turn))
    (kept,) = traces.read(db, [1]).values()
    assert (kept.question, kept.match, kept.supported, kept.unsupported) == ("why?", 0.7, 1, 1)
    assert (kept.total_ms, kept.stages, kept.turn_id) == (12.5, {"search": 3.0}, turn)
    assert traces.of_answer(answer, log="no_text").question == ""
    chats.delete_conversation(db, conversation)
    assert traces.count(db) == 0


def test_votes_and_corrections(db):
    turn = chats.add_turn(db, chats.create_conversation(db), "how many?", "me")
    feedback.vote(db, turn, 1)
    feedback.vote(db, turn, -1, "wrong")
    assert feedback.vote_of(db, turn) == (-1, "wrong")
    assert feedback.votes(db) == (0, 1)
    kept = feedback.correct(db, turn, "answer", {"text": "twelve"})
    (waiting,) = feedback.corrections(db)
    assert (waiting.id, waiting.question, waiting.value) == (kept, "how many?", {"text": "twelve"})
    feedback.review(db, kept, approved=True)
    assert feedback.corrections(db) == []
    assert [f.state for f in feedback.corrections(db, None)] == ["approved"]
    feedback.vote(db, turn, 0)
    assert feedback.votes(db) == (0, 0)


def test_trends_are_rows_that_can_be_drawn(db):
    from core.charts.draw import draw

    traces.record(db, *some_traces(300))
    found = report.make_report(db)
    for make in (trends.outcomes, trends.latency, trends.match, trends.routes):
        for lang in ("en", "es"):
            spec, rows = make(found, lang)
            assert rows.rows and set(spec.y) <= set(rows.columns)
            assert draw(spec, rows, lang).data
    assert sum(row[2] for row in trends.outcomes(found, "en")[1].rows) == 300
