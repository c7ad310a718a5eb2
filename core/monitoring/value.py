"""What the answers are worth, by assumptions that their reader sets: minutes by hand, the cost of an hour."""

from __future__ import annotations

from dataclasses import dataclass

from core.monitoring.report import Report
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Value:
    """Hours saved and their worth, less what models cost; `verified` answers had no unsupported statement."""

    answered: int
    verified: int
    hours_saved: float
    worth: float


def worth_of(report: Report, settings: Settings) -> Value:
    """An answered question saves the minutes that it takes by hand, less the time that its answer took."""
    answered = round(report.questions * report.shares.get("answered", 0.0))
    verified = max(0, answered - round(report.questions * report.shares.get("unsupported", 0.0)))
    minutes = answered * max(0.0, settings.get("minutes_by_hand") - report.total.p50 / 60_000)
    hours = minutes / 60
    return Value(answered, verified, hours, hours * settings.get("hour_cost") - report.cost)
