"""What was asked, how it ended, what it cost: one row a question. It judges and draws nothing.

The text of questions is kept by setting (`log_questions`: all, no_text, nothing). A trace goes with its conversation.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, insert, select

from core.records import Answer, Trace
from core.state.database import Database
from core.state.schema import meta, traces

_SENT = "traces_sent"
COLUMNS = tuple(column.name for column in traces.columns)


def of_answer(answer: Answer, *, log: str = "all", turn_id: int | None = None, at: float | None = None) -> Trace:
    """The trace of an answer; `log` 'no_text' leaves the question's words out."""
    verdicts = [check.verdict for check in answer.checks]
    stages = {name: ms for name, ms in answer.timings_ms.items() if name != "total"}
    return Trace(
        at=time.time() if at is None else at,
        lang=answer.lang,
        route=answer.route.kind,
        status=answer.status,
        engine=answer.engine,
        adapter=answer.adapter or "",
        question=answer.question if log == "all" else "",
        confidence=answer.confidence,
        match=max((hit.coverage for hit in answer.hits), default=0.0),
        supported=verdicts.count("supported"),
        partly=verdicts.count("partly"),
        unsupported=verdicts.count("unsupported"),
        total_ms=answer.timings_ms.get("total", 0.0),
        stages=stages,
        turn_id=turn_id,
    )


def record(db: Database, *found: Trace) -> None:
    """Store traces, all in one transaction."""
    rows = [{**asdict(trace), "stages": json.dumps(trace.stages)} for trace in found]
    with db.write() as connection:
        connection.execute(insert(traces), rows)


def columns(db: Database, names: tuple[str, ...], since: float = 0.0, until: float = float("inf")) -> dict[str, list]:
    """The named columns of the traces with since <= at < until, oldest first: a list each, all of one length.

    Made for a hundred thousand rows: plain tuples of the driver, no record a row."""
    unknown = set(names) - set(COLUMNS)
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}")
    wanted = ", ".join(f'"{name}"' for name in names)
    query = f"SELECT {wanted} FROM traces WHERE at >= ? AND at < ? ORDER BY at, id"
    with db.read() as connection:
        rows = connection.exec_driver_sql(query, (since, until)).cursor.fetchall()
    return (
        {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
        if rows
        else {name: [] for name in names}
    )


def read(db: Database, ids: list[int]) -> dict[int, Trace]:
    """Whole traces by their ids."""
    with db.read() as connection:
        rows = connection.execute(select(traces).where(traces.c.id.in_(ids))).mappings().all()
    return {row["id"]: _to_trace(dict(row)) for row in rows}


def count(db: Database) -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(traces)).scalar_one()


def unsent(db: Database, limit: int) -> list[int]:
    """Ids of the oldest traces that were not sent to another tool yet."""
    with db.read() as connection:
        last = connection.execute(select(meta.c.value).where(meta.c.key == _SENT)).scalar()
        query = select(traces.c.id).where(traces.c.id > int(last or 0)).order_by(traces.c.id).limit(limit)
        return list(connection.execute(query).scalars())


def mark_sent(db: Database, last_id: int) -> None:
    """Every trace up to this id was sent."""
    with db.write() as connection:
        connection.execute(delete(meta).where(meta.c.key == _SENT))
        connection.execute(insert(meta).values(key=_SENT, value=str(last_id)))


def forget(db: Database, before: float = float("inf")) -> int:
    """Delete the traces older than a moment (all, if none is named); how many."""
    with db.write() as connection:
        return connection.execute(delete(traces).where(traces.c.at < before)).rowcount


def _to_trace(row: dict[str, Any]) -> Trace:
    del row["id"]
    return Trace(**{**row, "stages": json.loads(row["stages"])})
