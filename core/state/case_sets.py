"""Case sets and their runs as rows. It scores nothing and asks nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from core.records import Answer
from core.state import codec
from core.state.database import Database, now
from core.state.schema import case_sets, cases, run_cases, run_stages, runs

KEPT_RUNS = 30


@dataclass(frozen=True, slots=True)
class CaseSet:
    id: int
    name: str
    cases: int
    waiting: int
    created_at: str


@dataclass(frozen=True, slots=True)
class StoredCase:
    """`data` is the case as a dict; `origin`: file, feedback or made."""

    id: int
    data: dict[str, Any]
    origin: str
    approved: bool


@dataclass(frozen=True, slots=True)
class Run:
    """`state`: running, done, cancelled or failed. `variant` is its name and the settings that it changes."""

    id: int
    set_id: int
    variant: dict[str, Any]
    state: str
    reused: int
    seconds: float
    created_at: str


@dataclass(frozen=True, slots=True)
class RunCase:
    case_id: int
    scores: dict[str, float]
    answer: Answer
    ms: float


def create_set(db: Database, name: str) -> int:
    """A new set, or the one that has this name."""
    with db.write() as connection:
        known = connection.execute(select(case_sets.c.id).where(case_sets.c.name == name)).scalar()
        if known is not None:
            return known
        return connection.execute(insert(case_sets).values(name=name, created_at=now())).inserted_primary_key[0]


def list_sets(db: Database) -> list[CaseSet]:
    counted = (
        select(cases.c.set_id, func.sum(cases.c.approved).label("yes"), func.count().label("n"))
        .group_by(cases.c.set_id)
        .subquery()
    )
    query = select(case_sets, counted.c.yes, counted.c.n).outerjoin(counted, counted.c.set_id == case_sets.c.id)
    with db.read() as connection:
        rows = connection.execute(query.order_by(case_sets.c.id)).all()
    return [CaseSet(r.id, r.name, r.yes or 0, (r.n or 0) - (r.yes or 0), r.created_at) for r in rows]


def delete_set(db: Database, set_id: int) -> None:
    """The set with its cases and runs."""
    with db.write() as connection:
        connection.execute(delete(case_sets).where(case_sets.c.id == set_id))


def add_cases(db: Database, set_id: int, found: list[dict[str, Any]], origin: str, approved: bool = True) -> int:
    """Add the cases that the set does not hold yet (same question, same data); how many."""
    with db.write() as connection:
        held = set(connection.execute(select(cases.c.data).where(cases.c.set_id == set_id)).scalars())
        rows = []
        for data in found:
            text = json.dumps(data, ensure_ascii=False, sort_keys=True)
            if text not in held:
                held.add(text)
                rows.append({"set_id": set_id, "data": text, "origin": origin, "approved": int(approved)})
        if rows:
            connection.execute(insert(cases), rows)
    return len(rows)


def list_cases(db: Database, set_id: int, approved: bool | None = True) -> list[StoredCase]:
    query = select(cases).where(cases.c.set_id == set_id).order_by(cases.c.id)
    if approved is not None:
        query = query.where(cases.c.approved == int(approved))
    with db.read() as connection:
        rows = connection.execute(query).all()
    return [StoredCase(row.id, json.loads(row.data), row.origin, bool(row.approved)) for row in rows]


def approve_case(db: Database, case_id: int, approved: bool) -> None:
    """Take a waiting case in, or throw it away."""
    with db.write() as connection:
        if approved:
            connection.execute(update(cases).where(cases.c.id == case_id).values(approved=1))
        else:
            connection.execute(delete(cases).where(cases.c.id == case_id))


def start_run(db: Database, set_id: int, variant: dict[str, Any]) -> int:
    row = {
        "set_id": set_id,
        "variant": json.dumps(variant, ensure_ascii=False),
        "state": "running",
        "created_at": now(),
    }
    with db.write() as connection:
        return connection.execute(insert(runs).values(row)).inserted_primary_key[0]


def finish_run(db: Database, run_id: int, state: str, reused: int, seconds: float) -> None:
    with db.write() as connection:
        values = {"state": state, "reused": reused, "seconds": seconds}
        connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def delete_run(db: Database, run_id: int) -> None:
    with db.write() as connection:
        connection.execute(delete(runs).where(runs.c.id == run_id))


def list_runs(db: Database, set_id: int) -> list[Run]:
    """Newest first."""
    with db.read() as connection:
        rows = connection.execute(select(runs).where(runs.c.set_id == set_id).order_by(runs.c.id.desc())).all()
    return [
        Run(row.id, row.set_id, json.loads(row.variant), row.state, row.reused, row.seconds, row.created_at)
        for row in rows
    ]


def store_results(db: Database, run_id: int, found: list[tuple[int, str, dict[str, float], str, float]]) -> None:
    """Add results: (case id, key, scores, answer as JSON, milliseconds), all in one transaction."""
    rows = [
        {"run_id": run_id, "case_id": case, "key": key, "scores": json.dumps(scores), "answer": answer, "ms": ms}
        for case, key, scores, answer, ms in found
    ]
    if rows:
        with db.write() as connection:
            connection.execute(insert(run_cases), rows)


def results_of(db: Database, run_id: int) -> list[RunCase]:
    """Every case of a run with its answer, in the order of the cases."""
    query = select(run_cases).where(run_cases.c.run_id == run_id).order_by(run_cases.c.case_id)
    with db.read() as connection:
        rows = connection.execute(query).all()
    return [_to_result(row) for row in rows]


def result_of(db: Database, run_id: int, case_id: int) -> RunCase | None:
    """One case of a run with its answer."""
    query = select(run_cases).where(run_cases.c.run_id == run_id, run_cases.c.case_id == case_id)
    with db.read() as connection:
        row = connection.execute(query).first()
    return _to_result(row) if row is not None else None


def _to_result(row) -> RunCase:
    return RunCase(row.case_id, json.loads(row.scores), codec.load(Answer, row.answer), row.ms)


def scores_of(db: Database, run_id: int) -> dict[int, dict[str, float]]:
    """The scores of a run by case, without its answers."""
    query = select(run_cases.c.case_id, run_cases.c.scores).where(run_cases.c.run_id == run_id)
    with db.read() as connection:
        return {case: json.loads(scores) for case, scores in connection.execute(query)}


def forget_file(db: Database, name: str) -> None:
    """Delete results whose answer holds words of this file; their cases are asked again by the next run. No stage is
    kept: with a file less, none would be used again."""
    named = f"%{json.dumps(name, ensure_ascii=False)}%"
    with db.write() as connection:
        connection.execute(delete(run_stages))
        connection.execute(delete(run_cases).where(run_cases.c.answer.like(named)))


def known_results(db: Database, keys: list[str]) -> dict[str, tuple[dict[str, float], str, float]]:
    """Results of earlier runs by key: (scores, answer as JSON, milliseconds)."""
    found: dict[str, tuple[dict[str, float], str, float]] = {}
    with db.read() as connection:
        for start in range(0, len(keys), 500):
            query = select(run_cases).where(run_cases.c.key.in_(keys[start : start + 500]))
            for row in connection.execute(query):
                found[row.key] = (json.loads(row.scores), row.answer, row.ms)
    return found


def find_stage(db: Database, key: str) -> tuple[str, float] | None:
    """(value, milliseconds that it took) of a stage that an earlier run went through."""
    with db.read() as connection:
        row = connection.exec_driver_sql("SELECT value, ms FROM run_stages WHERE key = ?", (key,)).first()
    return tuple(row) if row is not None else None


def store_stages(db: Database, run_id: int, found: list[tuple[str, str, float]]) -> None:
    """Add stages: (key, value, milliseconds). Those of the runs before the last `KEPT_RUNS` are deleted."""
    rows = [{"key": key, "run_id": run_id, "value": value, "ms": ms} for key, value, ms in found]
    with db.write() as connection:
        connection.execute(delete(run_stages).where(run_stages.c.run_id <= run_id - KEPT_RUNS))
        if rows:
            connection.execute(insert(run_stages).prefix_with("OR IGNORE"), rows)
