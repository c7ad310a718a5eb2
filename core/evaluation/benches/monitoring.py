"""`monitoring`: milliseconds to record one question, and seconds of a month's report with its figures, drawn."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.charts.draw import draw
from core.evaluation.benches.material import tell_percentiles
from core.monitoring import trends
from core.monitoring.report import make_report
from core.records import Trace
from core.state import traces
from core.state.database import Database


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--questions", type=int, default=100_000)


def run(options: argparse.Namespace) -> dict:
    """Milliseconds to record one question, and seconds of a month's report with its figures, drawn."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory(prefix="cotejo-bench-") as folder:
        db = Database(Path(folder) / "state.sqlite")
        month = 30 * 86_400.0
        made = [_some_trace(chance, time.time() - month * chance.random()) for _ in range(options.questions)]
        traces.record(db, *made)
        writes = [_timed(lambda trace=trace: traces.record(db, trace)) for trace in made[:200]]
        found = {}
        report_s = _timed(lambda: found.update(report=make_report(db)))
        figures_s = _timed(lambda: _draw_all(found["report"]))
        db.close()
    return {
        "questions": found["report"].questions,
        "record_ms": tell_percentiles([round(1000 * seconds, 2) for seconds in writes]),
        "report_s": round(report_s, 2),
        "figures_s": round(figures_s, 2),
    }


def _some_trace(chance: random.Random, at: float) -> Trace:
    status = chance.choices(("answered", "not_found", "error"), (88, 10, 2))[0]
    stages = {"search": chance.uniform(5, 30), "answer": chance.uniform(2, 20), "execute": chance.uniform(50, 400)}
    return Trace(
        at=at,
        lang=chance.choice(("es", "en")),
        route=chance.choice(("documents", "data", "both")),
        status=status,
        question="How did sales develop in the third quarter of the year?",
        match=chance.random(),
        supported=3,
        unsupported=int(chance.random() < 0.03),
        total_ms=sum(stages.values()),
        stages=stages,
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _draw_all(report) -> None:
    for make in (trends.outcomes, trends.latency, trends.match, trends.routes):
        draw(*make(report, "en"))
