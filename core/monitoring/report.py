"""The recorded questions of a period, in figures: volume, outcomes, milliseconds, routes, match, cost.

Everything is computed from columns read once (`state.traces`), so that a hundred thousand questions take no second. It
draws nothing and sends nothing.
"""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.state import feedback, traces
from core.state.database import Database

DAY_S = 86_400.0
OUTCOMES = ("answered", "not_found", "refused", "error")
_READ = (
    "id",
    "at",
    "lang",
    "route",
    "status",
    "engine",
    "adapter",
    "match",
    "unsupported",
    "total_ms",
    "tokens",
    "cost",
)
_NEWEST = 5_000
_POINTS = 60
_STEPS_S = (60.0, 600.0, 3_600.0, 6 * 3_600.0, DAY_S, 7 * DAY_S, 30 * DAY_S)
_WORST = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Which questions count: seconds since 1970 from `since` to `until`; empty text means all."""

    since: float = 0.0
    until: float = math.inf
    lang: str = ""
    route: str = ""
    engine: str = ""
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class Milliseconds:
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Point:
    """One step of time: seconds since 1970 of its start, how many questions by outcome, milliseconds, mean match."""

    at: float
    questions: int
    answered: int
    not_found: int
    failed: int
    unsupported: int
    p50: float
    p95: float
    match: float


@dataclass(frozen=True, slots=True)
class Report:
    """`shares` are of all questions (0..1): answered, not_found, refused, error, and unsupported (at least one
    statement that its evidence does not carry). `drift` (0..1) is how far the match of the period's later half lies
    from its earlier half's: the largest gap of their distributions (Kolmogorov-Smirnov), 0 where one has fewer than 30.
    `slowest` and `worst` are ids of traces."""

    questions: int = 0
    shares: dict[str, float] = field(default_factory=dict)
    total: Milliseconds = Milliseconds(0.0, 0.0, 0.0)
    stages: dict[str, Milliseconds] = field(default_factory=dict)
    routes: dict[str, int] = field(default_factory=dict)
    engines: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    votes_up: int = 0
    votes_down: int = 0
    tokens: int = 0
    cost: float = 0.0
    match: float = 0.0
    drift: float = 0.0
    step_s: float = DAY_S
    points: tuple[Point, ...] = ()
    slowest: tuple[int, ...] = ()
    worst: tuple[int, ...] = ()


def make_report(db: Database, wanted: Filter | None = None) -> Report:
    """The report over the traces that the filter lets through."""
    wanted = wanted or Filter()
    held = _columns(db, wanted)
    n = len(held["at"])
    up, down = feedback.votes(db, wanted.since, wanted.until)
    if n == 0:
        return Report(votes_up=up, votes_down=down)
    counts = Counter(held["status"].tolist())
    shares = {status: counts.get(status, 0) / n for status in OUTCOMES}
    shares["unsupported"] = float((held["unsupported"] > 0).mean())
    searched = held["match"] > 0
    step = _step(held["at"])
    return Report(
        questions=n,
        shares=shares,
        total=_milliseconds(held["total_ms"]),
        stages=_stages(db, held, wanted.until),
        routes=dict(Counter(held["route"].tolist()).most_common()),
        engines=dict(Counter(held["engine"].tolist()).most_common()),
        languages=dict(Counter(held["lang"].tolist()).most_common()),
        votes_up=up,
        votes_down=down,
        tokens=int(held["tokens"].sum()),
        cost=float(held["cost"].sum()),
        match=float(held["match"][searched].mean()) if searched.any() else 0.0,
        drift=_drift(held["match"][searched]),
        step_s=step,
        points=_points(held, step),
        slowest=tuple(held["id"][np.argsort(-held["total_ms"], kind="stable")[:_WORST]].tolist()),
        worst=tuple(held["id"][_worst(held)].tolist()),
    )


def _columns(db: Database, wanted: Filter) -> dict[str, np.ndarray]:
    read = traces.columns(db, _READ, wanted.since, wanted.until)
    held = {name: np.asarray(values) for name, values in read.items()}
    keep = np.ones(len(held["at"]), bool)
    for name in ("lang", "route", "engine", "adapter"):
        if getattr(wanted, name):
            keep &= held[name] == getattr(wanted, name)
    return {name: values[keep] for name, values in held.items()}


def _milliseconds(values: np.ndarray) -> Milliseconds:
    return Milliseconds(*(round(float(value), 1) for value in np.percentile(values, (50, 95, 99))))


def _stages(db: Database, held: dict[str, Any], until: float) -> dict[str, Milliseconds]:
    """Milliseconds a stage, from the newest questions alone: enough for percentiles, and their JSON is long."""
    wanted = set(held["id"][-_NEWEST:].tolist())
    newest = traces.columns(db, ("id", "stages"), float(held["at"][-_NEWEST:][0]), until)
    found: dict[str, list[float]] = {}
    for number, text in zip(newest["id"], newest["stages"], strict=True):
        if number in wanted:
            for name, ms in json.loads(text).items():
                found.setdefault(name, []).append(ms)
    return {name: _milliseconds(np.asarray(values)) for name, values in found.items()}


def _step(at: np.ndarray) -> float:
    """The shortest step that draws the period in at most sixty points."""
    span = float(at[-1] - at[0])
    return next((step for step in _STEPS_S if span / step <= _POINTS), _STEPS_S[-1])


def _points(held: dict[str, Any], step: float) -> tuple[Point, ...]:
    """One point a step, empty steps included: a quiet day is news."""
    slots = np.floor(held["at"] / step).astype(int)
    edges = np.searchsorted(slots, np.arange(slots[0], slots[-1] + 2))
    found = []
    for number in range(len(edges) - 1):
        part = slice(edges[number], edges[number + 1])
        status, ms, match = held["status"][part], held["total_ms"][part], held["match"][part]
        p50, p95 = np.percentile(ms, (50, 95)) if len(ms) else (0.0, 0.0)
        searched = match[match > 0]
        found.append(
            Point(
                at=float((slots[0] + number) * step),
                questions=len(status),
                answered=int((status == "answered").sum()),
                not_found=int((status == "not_found").sum()),
                failed=int(((status == "error") | (status == "refused")).sum()),
                unsupported=int((held["unsupported"][part] > 0).sum()),
                p50=round(float(p50), 1),
                p95=round(float(p95), 1),
                match=float(searched.mean()) if len(searched) else 0.0,
            )
        )
    return tuple(found)


def _worst(held: dict[str, Any]) -> np.ndarray:
    """Places of what deserves a look: failed first, then unsupported, then not found, newest first in each."""
    badness = (held["status"] == "error") * 4 + (held["unsupported"] > 0) * 2 + (held["status"] == "not_found") * 1
    order = np.lexsort((-held["at"], -badness))
    return order[: min(_WORST, int((badness > 0).sum()))]


def _drift(match: np.ndarray, least: int = 30) -> float:
    """Largest gap between the distributions of the earlier and the later half."""
    half = len(match) // 2
    if half < least:
        return 0.0
    before, after = np.sort(match[:half]), np.sort(match[half:])
    at = np.concatenate([before, after])
    share_before = np.searchsorted(before, at, side="right") / len(before)
    share_after = np.searchsorted(after, at, side="right") / len(after)
    return float(np.abs(share_before - share_after).max())


def last(period_s: float, **others: str) -> Filter:
    """The filter for the last `period_s` seconds (0 for all time)."""
    return Filter(since=time.time() - period_s if period_s else 0.0, **others)
