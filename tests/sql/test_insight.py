"""Every number of every sentence, computed again from the raw rows by code that shares nothing with the module."""

import datetime as dt
import itertools
import math
import re
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import ChartSpec, QueryResult
from core.sql.charts.choose import choose_chart
from core.sql.insight.insight import describe, find
from core.sql.insight.statistics import correlate, kpss, mann_kendall

NAMES = [f"{a}{b}" for a in "ABCDEFGH" for b in "aeiou"]
VALUES = st.one_of(st.integers(-50, 1000), st.floats(-1e4, 1e4).map(lambda v: round(v, 2)), st.none())
POSITIVE = st.one_of(st.integers(0, 100), st.sampled_from([0, 5, 5, 900]), st.none())


def table(columns, types, rows, truncated=False):
    return QueryResult(tuple(columns), tuple(types), tuple(map(tuple, rows)), truncated)


def months(count, skip=()):
    return [f"{2019 + i // 12}-{i % 12 + 1:02d}-01" for i in range(count) if i not in skip]


@st.composite
def categories(draw):
    values = draw(st.lists(draw(st.sampled_from([VALUES, POSITIVE])), min_size=1, max_size=30))
    name = draw(st.sampled_from(["sum(amount)", "count(*)", "avg(amount)", "ventas", "pct"]))
    return table(["who", name], ["VARCHAR", "DOUBLE"], zip(NAMES, values, strict=False), draw(st.booleans())), None


@st.composite
def times(draw):
    values = draw(st.lists(draw(st.sampled_from([VALUES, POSITIVE, st.integers(1, 4)])), min_size=1, max_size=48))
    skip = draw(st.sets(st.integers(1, 40), max_size=3))
    name = draw(st.sampled_from(["sales", "growth_rate", "acumulado", "pct"]))
    rows = draw(st.permutations(list(zip(months(60, skip), values, strict=False))))
    return table(["month", name], ["DATE", "DOUBLE"], rows, draw(st.booleans())), None


@st.composite
def crossings(draw):
    first, second = NAMES[: draw(st.integers(2, 9))], draw(st.sampled_from([["x", "y"], ["x", "y", "z"], months(5)]))
    pairs = [pair for pair in itertools.product(first, second) if draw(st.integers(0, 9)) > 0]
    rows = [(a, b, draw(POSITIVE)) for a, b in pairs]
    second_type = "DATE" if second[0][0] == "2" else "VARCHAR"
    question = draw(st.sampled_from(["", "share of each", "compare"]))
    return table(["who", "part", "orders"], ["VARCHAR", second_type, "BIGINT"], rows), question


@st.composite
def raw(draw):
    values = draw(st.lists(draw(st.sampled_from([VALUES, POSITIVE])), min_size=20, max_size=70))
    if draw(st.booleans()):
        return table(["cost"], ["DOUBLE"], [(v,) for v in values]), "distribution"
    rows = [(NAMES[draw(st.integers(0, 3))], v) for v in values]
    return table(["who", "cost"], ["VARCHAR", "DOUBLE"], rows), "distribution"


@st.composite
def pairs(draw):
    count = draw(st.integers(3, 40))
    slope, noise = draw(st.sampled_from([-2, 0, 1])), draw(st.sampled_from([1, 30]))
    walk = draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    a = np.cumsum(rng.normal(1, 1, count)) if walk else rng.normal(50, 10, count)
    b = slope * a + rng.normal(0, noise, count) + (np.arange(count) if walk else 0)
    rows = [(day, round(float(x), 3), round(float(y), 3)) for day, x, y in zip(months(count), a, b, strict=True)]
    if draw(st.booleans()):
        rows[0] = (rows[0][0], None, rows[0][2])
    return table(["month", "cost", "gain"], ["DATE", "DOUBLE", "DOUBLE"], rows), "relation between cost and gain"


# ---------------------------------------------------------------- the oracle


def column(result, name):
    return [row[result.columns.index(name)] for row in result.rows]


def same(raw_cell, told):
    """A label or period of a figure is that of the raw rows."""
    if isinstance(told, dt.datetime):
        return str(raw_cell) == told.date().isoformat()
    return raw_cell == told


def value_at(result, measure, **where):
    rows = [r for r in result.rows if all(same(r[result.columns.index(c)], v) for c, v in where.items())]
    assert len(rows) == 1
    return rows[0][result.columns.index(measure)]


def known(result, name):
    return [v for v in column(result, name) if v is not None]


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive")


def check_leader(result, spec, f):
    values = known(result, f["column"])
    assert f["value"] == max(values)
    if "tied" in f:
        assert f["tied"] == values.count(max(values))
        return
    assert value_at(result, f["column"], **{f["label_column"]: f["label"]}) == max(values)
    assert values.count(max(values)) == 1
    if "share" in f:
        assert not result.truncated
        assert f["share"] == pytest.approx(max(values) / sum(values))
    if "least" in f:
        assert f["least"] == min(values)
        assert value_at(result, f["column"], **{f["label_column"]: f["last"]}) == min(values)


def check_group(result, spec, f):
    if "group_column" not in f:
        check_leader(result, spec, f)
        return
    totals = {}
    for group, value in zip(column(result, f["group_column"]), column(result, f["column"]), strict=True):
        totals[group] = totals.get(group, 0) + (value or 0)
    best = max(totals, key=totals.get)
    assert same(best, f["label"])
    assert f["value"] == totals[best]
    assert f["share"] == pytest.approx(totals[best] / sum(totals.values()))


def in_time(result, f):
    rows = sorted(zip(column(result, f.get("label_column", "month")), column(result, f["column"]), strict=True))
    return [(when, value) for when, value in rows if value is not None]


def check_change(result, spec, f):
    rows = in_time(result, f)
    assert same(rows[0][0], f["start"])
    assert same(rows[-1][0], f["end"])
    assert (rows[0][1], rows[-1][1]) == (f["first"], f["last"])
    if "share" in f:
        assert rows[0][1] > 0
        assert f["share"] == pytest.approx((rows[-1][1] - rows[0][1]) / rows[0][1])
    if "points" in f:
        scale = 100 if all(abs(v) <= 1 for _, v in rows) else 1
        assert f["points"] == pytest.approx((rows[-1][1] - rows[0][1]) * scale)


def check_peak(result, spec, f):
    values = [value for _, value in in_time(result, f)]
    assert (f["most"], f["least"]) == (max(values), min(values))
    assert value_at(result, f["column"], month=f["top"]) == max(values)
    assert value_at(result, f["column"], month=f["bottom"]) == min(values)


def mann_kendall_by_polynomials(values):
    """S by signs; p from the product of (1 + q + ... + q^k), or the tie-corrected normal distribution."""
    n = len(values)
    s = int(sum(np.sign(b - a) for a, b in itertools.combinations(values, 2)))
    groups = [len(list(g)) for _, g in itertools.groupby(sorted(values))]
    if max(groups) == 1 and n <= 40:
        ways = np.array([1], dtype=object)
        for size in range(2, n + 1):
            ways = np.convolve(ways, np.array([1] * size, dtype=object))
        total = n * (n - 1) // 2
        return s, sum(int(w) for k, w in enumerate(ways) if abs(total - 2 * k) >= abs(s)) / math.factorial(n)
    variance = (n * (n - 1) * (2 * n + 5) - sum(g * (g - 1) * (2 * g + 5) for g in groups)) / 18
    if variance <= 0 or s == 0:
        return s, 1.0
    return s, 2 * (1 - statistics.NormalDist().cdf((abs(s) - 1) / math.sqrt(variance)))


def check_trend(result, spec, f):
    values = [value for _, value in in_time(result, f)]
    s, p = mann_kendall_by_polynomials(values)
    assert f["n"] == len(values)
    assert f["s"] == s
    assert f["p"] == pytest.approx(p, abs=1e-9)


def check_few(result, spec, f):
    names = [*spec.y] + ([spec.x] if spec.kind == "scatter" else [])
    rows = zip(*(column(result, name) for name in names), strict=True)
    assert f["n"] == sum(None not in row for row in rows)
    assert f["n"] < f["least"]


def check_gaps(result, spec, f):
    places = {int(m[:4]) * 12 + int(m[5:7]) for m in column(result, f["label_column"])}
    assert f["missing"] == len(set(range(min(places), max(places) + 1)) - places)


def check_outliers(result, spec, f):
    values = known(result, f["column"])
    q1, _, q3 = quartiles(values)
    inside = [v for v in values if q1 - 1.5 * (q3 - q1) - 1e-9 <= v <= q3 + 1.5 * (q3 - q1) + 1e-9]
    assert (f["n"], f["count"]) == (len(values), len(values) - len(inside))
    assert f["value"] in values
    assert f["value"] not in inside
    assert (f["low"], f["high"]) == (min(inside), max(inside))


def check_concentration(result, spec, f):
    values = sorted(known(result, f["column"]), reverse=True)
    assert f["n"] == len(values)
    assert f["share"] == pytest.approx(sum(values[: f["top"]]) / sum(values))


def check_spread(result, spec, f):
    assert [f["q1"], f["median"], f["q3"]] == pytest.approx(quartiles(known(result, f["column"])))


def check_medians(result, spec, f):
    groups = {}
    for key, value in zip(column(result, spec.x), column(result, f["column"]), strict=True):
        if value is not None:
            groups.setdefault(key, []).append(value)
    medians = {key: statistics.median(values) for key, values in groups.items()}
    assert (f["most"], f["least"]) == pytest.approx((max(medians.values()), min(medians.values())))
    assert medians[f["top"]] == pytest.approx(f["most"])
    assert medians[f["bottom"]] == pytest.approx(f["least"])
    assert (f["top_n"], f["bottom_n"]) == (len(groups[f["top"]]), len(groups[f["bottom"]]))


def check_cell(result, spec, f):
    assert f["value"] == max(known(result, f["column"]))
    assert value_at(result, f["column"], **{spec.x: f["x"], spec.color: f["color"]}) == f["value"]


def check_fastest(result, spec, f):
    periods = column(result, spec.x)
    ends = [min(periods), max(periods)]
    assert same(ends[0], f["start"])
    assert same(ends[1], f["end"])
    cells = {(r[0], r[1]): r[2] for r in result.rows}
    changes = {}
    for who in set(column(result, spec.color)):
        first, last = (cells.get((who, end)) for end in ends)
        if first and last is not None:
            changes[who] = last / first - 1
    assert f["share"] == pytest.approx(changes[f["label"]])
    assert abs(f["share"]) == pytest.approx(max(map(abs, changes.values())))


def fisher(a, b):
    r = float(np.corrcoef(a, b)[0, 1])
    half = statistics.NormalDist().inv_cdf(0.975) / math.sqrt(len(a) - 3)
    return r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def complete(result, f):
    return [(m, a, b) for m, a, b in sorted(result.rows) if a is not None and b is not None]


def check_correlation(result, spec, f):
    _, a, b = zip(*complete(result, f), strict=True)
    assert f["n"] == len(a)
    assert (f["r"], f["low"], f["high"]) == pytest.approx(fisher(a, b), abs=1e-6)


def kpss_by_numpy(values):
    rest = np.array(values) - np.mean(values)
    n = len(rest)
    lags = int(4 * (n / 100) ** 0.25)
    gamma = [float(rest[lag:] @ rest[: n - lag]) / n for lag in range(lags + 1)]
    long_run = gamma[0] + 2 * sum((1 - lag / (lags + 1)) * gamma[lag] for lag in range(1, lags + 1))
    return float((np.cumsum(rest) ** 2).sum()) / n**2 / long_run


def check_shared(result, spec, f):
    _, a, b = (np.array(side) for side in zip(*complete(result, f), strict=True))
    assert (f["kpss_x"], f["kpss_y"]) == pytest.approx((kpss_by_numpy(a), kpss_by_numpy(b)))
    assert max(f["kpss_x"], f["kpss_y"]) > 0.463
    assert (f["r"], f["low"], f["high"]) == pytest.approx(fisher(np.diff(a), np.diff(b)), abs=1e-6)
    assert f["n"] == len(a) - 1


def check_missing(result, spec, f):
    assert (f["count"], f["n"]) == (column(result, f["column"]).count(None), len(result.rows))


def check_equal(result, spec, f):
    assert set(known(result, f["column"])) == {f["value"]}
    assert f["n"] == len(known(result, f["column"]))


def check_value(result, spec, f):
    assert f["value"] == result.rows[0][result.columns.index(f["column"])]


def check_cut(result, spec, f):
    assert result.truncated
    assert f["n"] == len(result.rows)


ORACLE = {
    "value": check_value, "value_of": check_value, "no_value": lambda r, s, f: known(r, f["column"]) == [] or 1 / 0,
    "leader": check_leader, "range": check_leader, "tied": check_leader, "leader_share": check_group,
    "all_equal": check_equal, "concentration": check_concentration, "change": check_change,
    "change_plain": check_change, "change_points": check_change, "no_change": check_change, "peak": check_peak,
    "rising": check_trend, "falling": check_trend, "no_trend": check_trend, "few_periods": check_few,
    "few_pairs": check_few, "gaps": check_gaps, "outliers": check_outliers, "highest_cell": check_cell,
    "fastest": check_fastest, "spread": check_spread, "medians": check_medians, "together": check_correlation,
    "opposite": check_correlation, "uncorrelated": check_correlation, "only_trend": check_shared,
    "beyond_trend": check_shared, "no_cause": lambda r, s, f: None, "cut_off": check_cut, "missing": check_missing,
}  # fmt: skip
CLAIMS = {
    "rising": lambda f: f["p"] < 0.05 and f["s"] > 0,
    "falling": lambda f: f["p"] < 0.05 and f["s"] < 0,
    "no_trend": lambda f: f["p"] >= 0.05,
    "together": lambda f: f["low"] > 0,
    "opposite": lambda f: f["high"] < 0,
    "uncorrelated": lambda f: f["low"] <= 0 <= f["high"],
    "only_trend": lambda f: f["low"] <= 0 <= f["high"],
    "beyond_trend": lambda f: f["low"] > 0 or f["high"] < 0,
}
_NUMBER = re.compile(r"[−+]?\d[\d.,]*\d|[−+]?\d")


def written_numbers(text, lang):
    for token in _NUMBER.findall(text):
        plain = token.replace("−", "-").replace("+", "")
        plain = plain.replace(".", "").replace(",", ".") if lang == "es" else plain.replace(",", "")
        decimals = len(plain.partition(".")[2])
        yield float(plain), 0.5 * 10**-decimals + 1e-6


def check_text(finding, lang, years):
    """Each number that the sentence shows is one of its figures, rounded."""
    numbers = [v for v in finding.figures.values() if isinstance(v, (int, float))] + [95.0, 0.001]
    allowed = numbers + [100 * v for v in numbers]
    for number, rounding in written_numbers(finding.text, lang):
        near = any(abs(number - v) <= rounding + 1e-9 * abs(v) for v in allowed)
        assert near or number in years, (number, finding)


def check_all(case, lang):
    result, question = case
    findings = find(result, question or "", lang)
    assert len(findings) <= 3
    spec = choose_chart(result, question or "", lang)
    for finding in findings:
        ORACLE[finding.kind](result, spec, finding.figures)
        assert CLAIMS.get(finding.kind, lambda f: True)(finding.figures)
        check_text(finding, lang, set(range(2019, 2026)))
    for finding in findings:
        if finding.kind in ("together", "opposite", "uncorrelated"):
            assert "no proof of cause" in finding.text or "no prueba que haya causa" in finding.text
    return findings


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize(
    "tables",
    [categories(), times(), crossings(), raw(), pairs()],
    ids=["categories", "times", "crossings", "raw", "pairs"],
)
@given(data=st.data(), lang=st.sampled_from(["en", "es"]))
def test_every_number_is_that_of_the_rows(tables, data, lang):
    check_all(data.draw(tables), lang)


def test_the_property_meets_every_kind_of_sentence():
    """Guards the property test above against tables that never lead to a kind of sentence."""
    line = [(month, 10.0 + i) for i, month in enumerate(months(12, skip={4}))]
    walk = [(m, 10.0 * i + (i * 7) % 5, 9.0 * i + (i * 11) % 7) for i, m in enumerate(months(24))]
    tail = [(name, value) for name, value in zip(NAMES, [900, 50, 40, *[5] * 7, None], strict=False)]
    columns, types = ("month", "cost", "gain"), ("DATE", "DOUBLE", "DOUBLE")
    cases = [
        ((table(("month", "sales"), ("DATE", "DOUBLE"), line), ""), {"change", "rising"}),
        ((table(columns, types, walk), "relation between cost and gain"), {"together"}),
        ((table(("who", "count"), ("VARCHAR", "BIGINT"), tail), ""), {"leader_share", "concentration", "missing"}),
        ((table(("n",), ("BIGINT",), [(None,)]), ""), {"no_value"}),
        ((table(("n",), ("BIGINT",), [(7,)]), ""), {"value"}),
        ((table(("who", "avg(x)"), ("VARCHAR", "DOUBLE"), [("a", 1.0), ("b", 1.0)]), ""), {"all_equal"}),
        ((table(("month", "s"), ("DATE", "DOUBLE"), line[:4]), ""), {"few_periods"}),
    ]
    for case, kinds in cases:
        assert kinds <= {finding.kind for finding in check_all(case, "es")}


def test_a_shared_trend_is_told_apart():
    rng = np.random.default_rng(3)
    steps = np.arange(60.0)
    rows = zip(months(60), steps + rng.normal(0, 1, 60), 2 * steps + rng.normal(0, 1, 60), strict=True)
    result = table(("month", "a", "b"), ("DATE", "DOUBLE", "DOUBLE"), [(m, float(x), float(y)) for m, x, y in rows])
    assert [f.kind for f in find(result, "correlation of a and b", "en")][:2] == ["together", "only_trend"]


@pytest.mark.parametrize("values", [[1, 2, 3], [3, 1, 2, 5], [5, 4, 1, 2, 3], [1, 6, 2, 5, 3, 4]])
def test_mann_kendall_against_all_orders(values):
    def s_of(order):
        return sum((b > a) - (b < a) for a, b in itertools.combinations(order, 2))

    orders = [abs(s_of(order)) for order in itertools.permutations(values)]
    expected = sum(s >= abs(s_of(values)) for s in orders) / len(orders)
    assert mann_kendall(values).p == pytest.approx(expected)


def test_statistics_of_what_does_not_vary():
    assert correlate([1.0] * 9, list(range(9))) is None
    assert correlate([1, 2, 3], [1, 2, 3]) is None
    assert correlate([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]).low == 1
    assert kpss([5.0] * 10) == 0
    assert mann_kendall([4, 4, 4, 4]).p == 1


def test_nothing_is_said_of_nothing():
    assert describe(QueryResult()) == ()
    assert describe(table(("a",), ("VARCHAR[]",), [(["x"],)])) == ()
    assert describe(table(("a", "a"), ("VARCHAR", "BIGINT"), [("x", 1), ("y", 2)])) == ()


def test_text_of_the_data_stays_on_one_line():
    result = table(("who", "count"), ("VARCHAR", "BIGINT"), [("x\n\u202e" * 14, 5), ("{y}", 2)])
    text = describe(result)[0]
    assert "\n" not in text
    assert "\u202e" not in text
    assert len(text) < 160


def test_a_chart_of_another_kind_says_what_fits_it():
    result = table(("who", "count"), ("VARCHAR", "BIGINT"), [("a", 5), ("b", 2)])
    assert describe(result, spec=ChartSpec("table")) == ()
