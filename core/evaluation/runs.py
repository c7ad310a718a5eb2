"""A case set asked of one variant, through the very assistant that the chat uses; and two runs side by side.

A case whose answer depends on nothing that has changed is not asked again: its earlier result is taken over. One that
is asked goes through the stages alone whose part has changed (`stages.py`). It opens no workspace: the assistant, and
what it stands on, are handed in.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from core.assistant import Assistant, last_answer
from core.errors import AppError
from core.evaluation import score as scoring
from core.evaluation.cases import EvalCase, to_case
from core.evaluation.compare import Comparison, compare
from core.evaluation.stages import Stages
from core.evaluation.variants import Variant, key_of, possible_keys, surroundings_key, world_key
from core.index.embed import read_revision
from core.records import Answer, QueryResult, Route
from core.settings import Settings
from core.state import case_sets, codec, knowledge
from core.state.database import Database

_STORE_EVERY = 10
T = TypeVar("T")
Report = Callable[[float], bool]  # told the share done (0..1); False asks to stop


@dataclass(frozen=True, slots=True)
class RunSummary:
    """Means a metric (0..1), the cases they rest on, how many were taken over, the wall seconds."""

    run_id: int
    state: str
    cases: int
    reused: int
    seconds: float
    scores: dict[str, float]


def run_set(
    db: Database,
    set_id: int,
    variant: Variant,
    assistant: Assistant,
    holdings: str,
    report: Report = lambda _: True,
    today: datetime.date | None = None,
) -> RunSummary:
    """Ask every approved case of a set, several at once where an endpoint writes: a server answers them together.
    Results are stored as they come: the next run goes on where one stopped, on the same day (`today`, else the
    clock's)."""
    started = time.perf_counter()
    stored = case_sets.list_cases(db, set_id)
    found = {held.id: to_case(held.data, held.id) for held in stored}
    surroundings = surroundings_key(today or datetime.date.today())
    kept = _kept_results(db, found, assistant.settings, holdings, surroundings)
    world = world_key(assistant.settings, holdings, surroundings)
    run_id = case_sets.start_run(db, set_id, asdict(variant))
    case_sets.store_results(db, run_id, [(number, *row) for number, row in kept.items()])
    missing = [number for number in found if number not in kept]

    def ask(number: int) -> tuple[Stages, tuple[int, str, dict[str, float], str, float]]:
        stages = Stages(db, world)
        answer, scores, ms = _ask(found[number], assistant, stages)
        key = key_of(found[number], assistant.settings, holdings, surroundings, answer) or f"run {run_id} case {number}"
        return stages, (number, key, scores, codec.dump(answer), ms)

    asked = 0
    for together in _grouped(_ask_each(missing, ask, _at_once(assistant.settings), report)):
        case_sets.store_results(db, run_id, [result for _, result in together])
        case_sets.store_stages(db, run_id, [row for stages, _ in together for row in stages.made])
        asked += len(together)
    state = "done" if asked == len(missing) else "cancelled"
    seconds = time.perf_counter() - started
    case_sets.finish_run(db, run_id, state, len(kept), seconds)
    scores = case_sets.scores_of(db, run_id)
    return RunSummary(run_id, state, len(scores), len(kept), seconds, scoring.summarise(scores.values()))


def _kept_results(
    db: Database, cases: Mapping[int, EvalCase], settings: Settings, holdings: str, surroundings: str
) -> dict[int, tuple[str, dict[str, float], str, float]]:
    """(key, scores, answer as JSON, milliseconds) of the cases whose answer an earlier run holds."""
    keys = {number: possible_keys(case, settings, holdings, surroundings) for number, case in cases.items()}
    known = case_sets.known_results(db, [key for several in keys.values() for key in several])
    first = {number: next((key for key in several if key in known), "") for number, several in keys.items()}
    return {number: (key, *known[key]) for number, key in first.items() if key}


def _at_once(settings: Settings) -> int:
    """How many cases are asked at once; a model in this process answers one after another."""
    return settings.get("cases_at_once") if settings.get("engine") == "openai" else 1


def _ask_each(numbers: Sequence[int], ask: Callable[[int], T], at_once: int, report: Report) -> Iterator[T]:
    """What `ask` gives for each number, as it comes; once `report` asks to stop no further one is begun."""
    with ThreadPoolExecutor(at_once, thread_name_prefix="case") as pool:
        running: set[Future[T]] = set()
        for place, number in enumerate(numbers):
            if not report(place / len(numbers)):
                break
            if len(running) == at_once:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
            running.add(pool.submit(ask, number))
        yield from (future.result() for future in as_completed(running))


def _grouped(found: Iterator[T]) -> Iterator[list[T]]:
    """As many as are stored together."""
    while together := list(itertools.islice(found, _STORE_EVERY)):
        yield together


def _ask(case: EvalCase, assistant: Assistant, stages: Stages) -> tuple[Answer, dict[str, float], float]:
    """(answer, scores, milliseconds) of one case. What remembered stages once took counts as time: it is what a user
    waits."""
    started = time.perf_counter()
    try:
        answer = last_answer(assistant.ask(case.question, lang=case.lang, recall=stages.recall))
    except AppError as error:
        answer = Answer(case.question, case.question, case.lang, Route("none", error.key), "error", "")
    ms = 1000 * (time.perf_counter() - started) + stages.spared_ms
    if "total" in answer.timings_ms:
        answer = replace(answer, timings_ms={**answer.timings_ms, "total": round(ms, 2)})
    return answer, scoring.score(case, answer, lambda sql: _gold(assistant, sql, stages)), round(ms, 1)


def _gold(assistant: Assistant, sql: str, stages: Stages) -> QueryResult:
    def run() -> QueryResult:
        try:
            return assistant.tables.run(sql).result
        except AppError as error:
            return QueryResult(error=(error.key, error.params))

    return stages.recall("gold", (sql,), run)


def record_person(db: Database, set_id: int, answers: Mapping[int, tuple[str, float]], name: str) -> int:
    """A run of answers that a person gave: case id -> (words, minutes). Scored like any other, by the words alone."""
    stored = {held.id: to_case(held.data, held.id) for held in case_sets.list_cases(db, set_id)}
    run_id = case_sets.start_run(db, set_id, {"name": name, "changes": {}})
    rows = []
    for number, (words, minutes) in answers.items():
        case = stored[number]
        given = Answer(case.question, case.question, case.lang, Route("none", ""), "answered", words, engine="person")
        found = scoring.score(replace(case, gold_sql="", files=()), given, lambda sql: QueryResult())
        rows.append((number, f"person {run_id} {number}", found, codec.dump(given), minutes * 60_000))
    case_sets.store_results(db, run_id, rows)
    case_sets.finish_run(db, run_id, "done", 0, sum(minutes for _, minutes in answers.values()) * 60)
    return run_id


def compare_runs(db: Database, run_a: int, run_b: int, metric: str = "right") -> Comparison:
    """B against A on the cases that both have a score for; ids are those of the cases, as text."""
    a, b = (
        {str(case): scores[metric] for case, scores in case_sets.scores_of(db, run).items() if metric in scores}
        for run in (run_a, run_b)
    )
    return compare(a, b)


def holdings_of(db: Database, assistant: Assistant) -> str:
    """One text for what the workspace `db` holds: its documents as they are cited, its index and whose vectors are in
    it, its tables, and what it was told."""
    held = sorted(f"{d.id} {d.name} {d.sha256} {d.state}" for d in assistant.library.documents())
    tables = sorted(f"{t.name} {t.source} {t.dataset}" for t in assistant.tables.catalog().tables)
    parts = [*held, repr(read_revision(db)), *tables, knowledge.state_of(db)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
