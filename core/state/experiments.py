"""Live comparisons of two variants, and which side each turn was answered by. It assigns and judges nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from core.state.database import Database, now
from core.state.schema import experiment_turns, experiments, feedback


@dataclass(frozen=True, slots=True)
class Experiment:
    """Side A is the workspace as it stands, side B has `changes`; `share` (0..1) of the conversations get B.
    `ended_at` is empty while it runs."""

    id: int
    name: str
    changes: dict[str, Any]
    share: float
    started_at: str
    ended_at: str


def start(db: Database, name: str, changes: Mapping[str, Any], share: float = 0.5) -> int:
    """Start an experiment; the one that runs ends."""
    end(db)
    row = {"name": name, "changes": json.dumps(dict(changes)), "share": share, "started_at": now()}
    with db.write() as connection:
        return connection.execute(insert(experiments).values(row)).inserted_primary_key[0]


def end(db: Database) -> None:
    with db.write() as connection:
        connection.execute(update(experiments).where(experiments.c.ended_at == "").values(ended_at=now()))


def running(db: Database) -> Experiment | None:
    found = [one for one in list_experiments(db) if not one.ended_at]
    return found[0] if found else None


def list_experiments(db: Database) -> list[Experiment]:
    """Newest first."""
    with db.read() as connection:
        rows = connection.execute(select(experiments).order_by(experiments.c.id.desc())).all()
    return [Experiment(r.id, r.name, json.loads(r.changes), r.share, r.started_at, r.ended_at) for r in rows]


def note(db: Database, experiment_id: int, turn_id: int, side: str) -> None:
    """Keep which side answers a turn."""
    with db.write() as connection:
        row = {"turn_id": turn_id, "experiment_id": experiment_id, "side": side}
        connection.execute(insert(experiment_turns).values(row))


def votes(db: Database, experiment_id: int) -> list[tuple[str, bool]]:
    """(side, thumb up?) of every vote in the order in which they were given."""
    query = (
        select(experiment_turns.c.side, feedback.c.vote)
        .join(feedback, feedback.c.turn_id == experiment_turns.c.turn_id)
        .where(experiment_turns.c.experiment_id == experiment_id, feedback.c.kind == "vote")
        .order_by(feedback.c.at, feedback.c.id)
    )
    with db.read() as connection:
        return [(side, vote > 0) for side, vote in connection.execute(query)]
