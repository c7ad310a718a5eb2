"""What in a report deserves a person's attention, by thresholds that are settings. It sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

from core.monitoring.report import Report
from core.settings import Settings

_LEAST = 20  # questions below which a share says nothing


@dataclass(frozen=True, slots=True)
class Alert:
    """`key` names the message `monitoring.alert_<key>`; `value` and `limit` are in the unit of the setting."""

    key: str
    value: float
    limit: float


def find_alerts(report: Report, settings: Settings) -> tuple[Alert, ...]:
    """The thresholds that the report passes; none for fewer than twenty questions."""
    if report.questions < _LEAST:
        return ()
    voted = report.votes_up + report.votes_down
    measured = {
        "p95_ms": report.total.p95,
        "failed_percent": 100 * report.shares["error"],
        "not_found_percent": 100 * report.shares["not_found"],
        "unsupported_percent": 100 * report.shares["unsupported"],
        "down_votes_percent": 100 * report.votes_down / voted if voted >= _LEAST else 0.0,
        "drift_percent": 100 * report.drift,
    }
    limits = {name: settings.get(f"alert_{name}") for name in measured}
    return tuple(Alert(name, value, limits[name]) for name, value in measured.items() if value > limits[name])
