"""A report's trends as rows with a chart specification: what the monitoring page draws and a reader downloads."""

from __future__ import annotations

import datetime

from core.i18n import translate
from core.monitoring.report import Milliseconds, Report
from core.records import ChartSpec, QueryResult


def outcomes(report: Report, lang: str) -> tuple[ChartSpec, QueryResult]:
    """Questions over time, by outcome."""
    when, count, outcome = (translate(f"monitoring.{name}", lang) for name in ("when", "questions", "outcome"))
    rows = []
    for point in report.points:
        for name, value in (("answered", point.answered), ("not_found", point.not_found), ("failed", point.failed)):
            rows.append((_moment(point.at), translate(f"monitoring.{name}", lang), value))
    spec = ChartSpec("stacked_bar", when, (count,), outcome, translate("monitoring.outcomes", lang))
    return spec, QueryResult((when, outcome, count), ("TIMESTAMP", "VARCHAR", "BIGINT"), tuple(rows))


def latency(report: Report, lang: str) -> tuple[ChartSpec, QueryResult]:
    """Milliseconds over time: the median and the 95th percentile, steps without a question left out."""
    when = translate("monitoring.when", lang)
    names = (translate("monitoring.median", lang), translate("monitoring.most", lang))
    rows = tuple((_moment(point.at), point.p50, point.p95) for point in report.points if point.questions)
    spec = ChartSpec("line", when, names, None, translate("monitoring.latency", lang))
    return spec, QueryResult((when, *names), ("TIMESTAMP", "DOUBLE", "DOUBLE"), rows)


def match(report: Report, lang: str) -> tuple[ChartSpec, QueryResult]:
    """How well the best passage covers the questions, over time, in percent."""
    when, name = translate("monitoring.when", lang), translate("monitoring.match", lang)
    rows = tuple((_moment(point.at), round(100 * point.match, 1)) for point in report.points if point.match)
    spec = ChartSpec("line", when, (name,), None, translate("monitoring.match_title", lang))
    return spec, QueryResult((when, name), ("TIMESTAMP", "DOUBLE"), rows)


def routes(report: Report, lang: str) -> tuple[ChartSpec, QueryResult]:
    """Where questions went."""
    route, count = translate("monitoring.route", lang), translate("monitoring.questions", lang)
    rows = tuple((translate(f"monitoring.route_{name}", lang), n) for name, n in report.routes.items())
    spec = ChartSpec("bar", route, (count,), None, translate("monitoring.routes", lang))
    return spec, QueryResult((route, count), ("VARCHAR", "BIGINT"), rows)


def stages(report: Report, lang: str) -> tuple[tuple[str, Milliseconds], ...]:
    """Each stage that took time, the slowest first, by its name in `lang`."""
    taken = [(name, ms) for name, ms in report.stages.items() if ms.p95 >= 0.1]
    named = [(translate(f"monitoring.stage_{name}", lang), ms) for name, ms in taken]
    return tuple(sorted(named, key=lambda found: -found[1].p95))


def _moment(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
