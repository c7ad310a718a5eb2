"""The job table: long work as rows that outlive the process that does it. It runs nothing.

One worker process at a time holds a workspace (it takes a file lock); when it starts, rows that a dead worker left
running are queued again. Work must therefore be safe to start over.
"""

from __future__ import annotations

import json
import time
from typing import Any

from sqlalchemy import func, insert, select, update

from core.records import JobStatus
from core.state.database import Database, now
from core.state.schema import jobs

OPEN = ("queued", "running")


def enqueue(db: Database, kind: str, key: str, payload: dict[str, Any]) -> int:
    """Queue a job; the id of the open job with the same kind and key where there is one already."""
    with db.write() as connection:
        query = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.key == key, jobs.c.state.in_(OPEN))
        known = connection.execute(query).scalar()
        if known is not None:
            return known
        row = {"kind": kind, "key": key, "payload": json.dumps(payload), "created_at": now()}
        return connection.execute(insert(jobs).values(row)).inserted_primary_key[0]


def claim(db: Database, owner: str, kinds: tuple[str, ...]) -> JobStatus | None:
    """Take the oldest queued job of these kinds, or None."""
    queued = select(jobs.c.id).where(jobs.c.state == "queued", jobs.c.kind.in_(kinds)).order_by(jobs.c.id).limit(1)
    with db.read() as connection:
        if connection.execute(queued).first() is None:  # the usual case must not take the write lock
            return None
    with db.write() as connection:
        job_id = connection.execute(queued).scalar()
        if job_id is None:
            return None
        connection.execute(
            update(jobs).where(jobs.c.id == job_id).values(state="running", owner=owner, heartbeat=time.time())
        )
        return _to_status(connection.execute(select(jobs).where(jobs.c.id == job_id)).one())


def report(db: Database, job_id: int, progress: float, step: str = "", params: dict[str, Any] | None = None) -> bool:
    """Write a running job's progress (0..1) and heartbeat. False where the job was cancelled: its worker must stop."""
    values = {"progress": progress, "step": step, "params": json.dumps(params or {}), "heartbeat": time.time()}
    with db.write() as connection:
        query = update(jobs).where(jobs.c.id == job_id, jobs.c.state == "running").values(values)
        return connection.execute(query).rowcount == 1


def finish(db: Database, job_id: int, error: tuple[str, dict[str, Any]] | None = None) -> None:
    """Close a running job: done, or failed with an error's key and parameters."""
    values = {"state": "failed" if error else "done", "error": json.dumps(error) if error else None, "progress": 1.0}
    with db.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.state == "running").values(values))


def cancel(db: Database, job_id: int) -> None:
    with db.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(OPEN)).values(state="cancelled"))


def pause(db: Database, job_id: int) -> None:
    """Stop an open job until it is queued again by whoever knows how it goes on."""
    with db.write() as connection:
        connection.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(OPEN)).values(state="paused"))


def is_running(db: Database, job_id: int) -> bool:
    """Whether a job was neither ended nor paused nor cancelled."""
    with db.read() as connection:
        return connection.execute(select(jobs.c.state).where(jobs.c.id == job_id)).scalar() == "running"


def requeue_running(db: Database) -> int:
    """Queue again what a dead worker left running; how many. Call only while holding the worker lock."""
    with db.write() as connection:
        return connection.execute(update(jobs).where(jobs.c.state == "running").values(state="queued")).rowcount


def count_open(db: Database, kind: str | None = None) -> int:
    query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(OPEN))
    if kind:
        query = query.where(jobs.c.kind == kind)
    with db.read() as connection:
        return connection.execute(query).scalar_one()


def list_jobs(db: Database, kind: str, limit: int = 100) -> list[JobStatus]:
    """The newest jobs of a kind, newest first."""
    with db.read() as connection:
        rows = connection.execute(select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.id.desc()).limit(limit)).all()
    return [_to_status(row) for row in rows]


def _to_status(row) -> JobStatus:
    return JobStatus(
        id=row.id,
        kind=row.kind,
        key=row.key,
        state=row.state,
        progress=row.progress,
        step=row.step,
        params=json.loads(row.params),
        payload=json.loads(row.payload),
        error=tuple(json.loads(row.error)) if row.error else None,
        heartbeat=row.heartbeat,
    )
