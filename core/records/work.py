"""Work as records: what a question cost, where a job stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Trace:
    """What one question cost and came to. `at` is seconds since 1970; `match` (0..1) how well the best passage covers
    the question (0 where no document was asked); `stages` milliseconds by stage; `question` is empty where its text is
    not to be logged."""

    at: float
    lang: str
    route: str
    status: str
    engine: str = "builtin"
    adapter: str = ""
    question: str = ""
    confidence: float = 0.0
    match: float = 0.0
    supported: int = 0
    partly: int = 0
    unsupported: int = 0
    total_ms: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    tokens: int = 0
    cost: float = 0.0
    turn_id: int | None = None


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A row of the job table. `progress` is 0..1; `step` a message key with `params`."""

    id: int
    kind: str
    key: str
    state: Literal["queued", "running", "paused", "done", "failed", "cancelled"]
    progress: float = 0.0
    step: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    error: tuple[str, dict[str, Any]] | None = None
    heartbeat: float = 0.0
