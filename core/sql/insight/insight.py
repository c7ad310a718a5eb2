"""One to three true sentences on a result: what leads, how it changed, what is odd, what is missing.

Each sentence is a template filled from a `Finding`, whose `figures` hold the unrounded numbers and the values of the
rows they belong to, so that a test can recompute them. Sentences are plain text and may hold words from the data: a
page must show them as text, not as markup. Correlation is never called cause, and nothing is said about rows that
were cut off by a limit as if they were all."""

from __future__ import annotations

from collections.abc import Callable

from core.charts.escape import plain_text
from core.charts.fields import read_fields
from core.charts.titles import humanise, lower_first
from core.i18n import plural
from core.records import ChartSpec, QueryResult
from core.sql.charts.choose import choose_chart
from core.sql.insight.finding import Finding, View
from core.sql.insight.findings_category import (
    find_concentration,
    find_given_correlation,
    find_leader,
    find_medians,
    find_outliers,
    find_spread,
    find_value,
)
from core.sql.insight.findings_pairs import find_correlation, find_shared_trend, say_correlation
from core.sql.insight.findings_time import (
    find_change,
    find_fastest_group,
    find_gaps,
    find_highest_cell,
    find_leading_group,
    find_peak,
    find_trend,
)
from core.sql.insight.statistics import Correlation

MOST_SENTENCES = 3

Finder = Callable[[View], Finding | None]


def describe(
    result: QueryResult, question: str = "", lang: str = "en", spec: ChartSpec | None = None
) -> tuple[str, ...]:
    """One to three true sentences on the rows, in `lang`; none where there is nothing to say."""
    return tuple(finding.text for finding in find(result, question, lang, spec))


def find(
    result: QueryResult, question: str = "", lang: str = "en", spec: ChartSpec | None = None
) -> tuple[Finding, ...]:
    """The sentences of `describe` with their figures."""
    spec = spec or choose_chart(result, question, lang)
    fields = {f.name: f for f in read_fields(result)}
    told = [fields[name] for name in (*spec.y, spec.x, spec.color) if name in fields]
    if not result.rows or result.error or len(fields) < len(result.columns) or any(f.role == "other" for f in told):
        return ()
    view = View(spec, fields, len(result.rows), not result.truncated, lang)
    wanted = {*spec.y, *filter(None, (spec.x, spec.color))}
    if len(result.rows) == 1 and not wanted >= set(result.columns):
        return ()  # of one row all of it is the answer: 'visit 16: 14 days'
    fits = wanted <= fields.keys() and wanted and view.measure.role == "measure"
    finders = _FINDERS.get(spec.kind, ()) if fits else ()
    found = [finding for finder in (*finders, _cut_off, _missing) if (finding := finder(view)) is not None]
    return tuple(_most_telling(found))


def tell_correlation(x: str, y: str, found: Correlation, lang: str) -> tuple[str, ...]:
    """What `describe` says of two columns whose correlation was computed where the rows are."""
    return (say_correlation(x, y, found, lang).text,)


def _most_telling(found: list[Finding]) -> list[Finding]:
    """The first three, but never without what limits them: cut-off rows, too few of them, values that are missing."""
    limits = [f for f in found if f.kind in ("cut_off", "few_periods", "few_pairs")][:1]
    limits += [f for f in found if f.kind == "missing"][: 2 - len(limits)]
    others = [f for f in found if f not in limits][: MOST_SENTENCES - len(limits)]
    return [f for f in found if f in others or f in limits]


# ---------------------------------------------------------------- what limits all of this


def _cut_off(view: View) -> Finding | None:
    if view.whole:
        return None
    return view.say("cut_off", {"n": view.rows}, n=view.rows)


def _missing(view: View) -> Finding | None:
    """Rows without a value in a column that is told about; the one with most of them."""
    names = [name for name in (*view.spec.y, view.spec.x, view.spec.color) if name in view.fields]
    if view.rows < 2 or not names:
        return None
    counts = {name: sum(v is None for v in view.fields[name].values) for name in names}
    name = max(counts, key=lambda n: counts[n])
    if not counts[name]:
        return None
    figures = {"column": name, "count": counts[name], "n": view.rows}
    words = {"total": view.rows, "column": plain_text(lower_first(humanise(name, view.lang)), 60)}
    return Finding("missing", plural("insight.missing", counts[name], view.lang, **words), figures)


_FINDERS: dict[str, tuple[Finder, ...]] = {
    "number": (find_value, find_given_correlation),
    "bar": (find_leader, find_change, find_trend, find_concentration, find_outliers),
    "line": (find_change, find_trend, find_leading_group, find_fastest_group, find_peak, find_gaps, find_outliers),
    "grouped_bar": (find_leading_group, find_highest_cell, find_leader),
    "stacked_bar": (find_leading_group, find_highest_cell),
    "heatmap": (find_highest_cell, find_leading_group),
    "histogram": (find_spread, find_outliers),
    "box": (find_medians, find_outliers),
    "scatter": (find_correlation, find_shared_trend),
}
