"""A result from tables, drawn: its sentences, its chart, its rows, how it was read, its other readings.

Nothing of the data is obeyed as Markdown. It runs no statement: another reading is handed to the caller's `choose`.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core import i18n
from core.charts import draw as charts
from core.charts.fields import Field, read_fields
from core.records import ChartSpec, QueryResult, SqlAnswer
from pages.parts import chart_fields
from pages.parts.language import duration, lang, number, say, say_count
from pages.parts.plain import one_line, plain

_NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "REAL", "HUGEINT")
_TABLE_HEIGHT_PX = 420
_INT64 = 2**63
_SURE, _UNSURE = 0.8, 0.5  # a reading from the first on is told as sure, below the second as doubtful
Choose = Callable[[SqlAnswer, int], Any]


def theme() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"


def has_rows(answer: SqlAnswer | None) -> bool:
    return answer is not None and answer.result is not None and answer.result.error is None


def failure(answer: SqlAnswer) -> str:
    """Why there are no rows, in words; empty where there are some."""
    error = answer.error or (answer.result.error if answer.result else None)
    return i18n.translate(error[0], lang(), **error[1]) if error else ""


def draw_sentences(answer: SqlAnswer) -> None:
    """One to three sentences about the rows, and what is to be known of them."""
    if answer.confirmed:
        st.caption(f":material/verified: {plain(answer.confirmed)}")
    if not answer.result.rows:
        st.markdown(say("assistant.no_row"))
    for sentence in answer.insight:
        st.markdown(plain(sentence))
    if answer.message:
        st.caption(f":material/info: {plain(answer.message)}")
    if answer.result.truncated and not answer.insight:  # else the sentences say it
        st.caption(f":material/info: {say('data_page.first_rows', n=len(answer.result.rows))}")


def draw_chart(answer: SqlAnswer, key: str) -> ChartSpec:
    """The chart, with the kinds and columns that these rows could be drawn by; returns the one that is drawn."""
    specs = chart_fields.specs(answer, key)
    chosen = next(iter(specs))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"chart-tools-{key}"):
        if len(specs) > 1:
            chosen = st.segmented_control(
                say("data_page.chart_kind"),
                list(specs),
                format_func=lambda kind: say(f"data_page.kind_{kind}"),
                key=f"kind-{key}",
                default=chosen,
                required=True,
                label_visibility="collapsed",
            )
        spec = chart_fields.draw(specs.get(chosen) or next(iter(specs.values())), answer, key)
    draw_spec(answer.result, spec, answer.lang, key, " ".join(answer.insight))
    return spec


def draw_spec(
    result: QueryResult, spec: ChartSpec, lang: str, key: str, alt: str = "", height: int | None = None
) -> None:
    """One chart of these rows, as it was specified; at most `height` pixels high where that is given."""
    if spec.kind == "table":
        draw_rows(result, f"rows-{key}", height=height)
    elif spec.kind == "number":
        with st.container(horizontal=True, key=f"cards-{key}"):
            for card in charts.number_cards(spec, result, lang):
                st.metric(one_line(card.label, 80), card.value, width="content")
    else:
        figure = charts.draw(spec, result, lang, theme())
        figure.update_xaxes(tickangle=None)  # left to Plotly: labels turn where a narrow screen has no room
        if height is not None:
            figure.update_layout(height=min(height, figure.layout.height))
        alt = alt or spec.title
        st.plotly_chart(figure, theme=None, config=charts.CONFIG, key=f"figure-{spec.kind}-{key}", alt=alt)


def draw_rows(result: QueryResult, key: str, limit: int | None = None, height: int | None = None) -> None:
    """The rows as a table that can be sorted and searched; the first `limit` where one is given."""
    if not result.columns:
        return
    rows = result.rows[:limit]
    kinds = [kind.upper() for kind in result.types] + [""] * (len(result.columns) - len(result.types))
    fields = read_fields(result)
    st.dataframe(
        {f"{n}": [to_cell(row[n], kind) for row in rows] for n, kind in enumerate(kinds)},  # names may come twice
        hide_index=True,
        key=key,
        height=min(38 + 35 * max(len(rows), 1), height or _TABLE_HEIGHT_PX),
        column_config={f"{n}": _column(field, kinds[n], limit) for n, field in enumerate(fields)},
    )


def to_cell(value: Any, kind: str) -> Any:
    """A value that the table can hold: dates stored as text become dates again, exact decimals floats, what no
    column type fits text."""
    if value is None or isinstance(value, (bool, float, datetime.date, datetime.time)):
        return value
    if isinstance(value, int):
        return value if abs(value) < _INT64 else str(value)
    try:
        if _is_number(kind):
            return float(value)
        return datetime.date.fromisoformat(value) if kind == "DATE" else str(value)
    except (TypeError, ValueError):
        return str(value)


def _is_number(kind: str) -> bool:
    return (
        any(name in kind for name in _NUMBERS)
        and not kind.endswith("]")
        and not kind.startswith(("STRUCT", "INTERVAL"))
    )


def _column(field: Field, kind: str, limit: int | None) -> Any:
    label = field.name.replace("_", " ") or "–"
    if kind == "DATE":
        return st.column_config.DateColumn(label, format="DD/MM/YYYY" if lang() == "es" else "YYYY-MM-DD")
    if field.role == "measure":
        return st.column_config.NumberColumn(label, format="localized", step=_step(field.values[:limit]))
    if _is_number(kind):  # a year or a code, not a quantity: no separators
        return st.column_config.NumberColumn(label, format="%d" if "INT" in kind else None)
    return st.column_config.Column(label)


def _step(values: Sequence[Any]) -> float | None:
    """A hundredth where amounts have decimals, so that 1022.6 stands below 2671.98 as 1022.60; small figures keep
    theirs."""
    floats = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    return 0.01 if any(not value.is_integer() for value in floats) and max(map(abs, floats)) >= 1 else None


def draw_how(answer: SqlAnswer) -> None:
    """How the question was read, what it touched, how sure that is, and how long it took."""
    if answer.reading:
        st.markdown(f"**{say('data_page.read_as')}**  \n{plain(answer.reading)}")
    facts = []
    if answer.sql is not None:
        facts += [("tables", answer.sql.tables), ("filters", answer.sql.filters), ("joins", answer.sql.joins)]
        facts.append(("aggregates", answer.sql.aggregates))
    facts.append(("unknown", answer.unknown))
    for name, values in facts:
        if values:
            shown = ", ".join(one_line(value, 120) for value in values)
            st.markdown(f":gray[{say(f'data_page.{name}')}]  \n{shown}")
    if answer.reading and answer.confidence < 1:
        percent = number(min(99, max(1, round(100 * answer.confidence))), 0)
        st.markdown(
            f":gray[{say('data_page.sureness')}]  \n{say(f'data_page.sure_{sureness(answer)}', percent=percent)}"
        )
    steps = [(name, ms) for name, ms in answer.timings_ms.items() if f"data_page.time_{name}" in i18n.messages("en")]
    if steps:
        times = " · ".join(f"{say(f'data_page.time_{name}')} {duration(ms)}" for name, ms in steps)
        st.caption(times)


def sureness(answer: SqlAnswer) -> str:
    """How sure its reading is, in a word: 'high', 'middle' or 'low'. That its sentences agree with the rows says
    nothing of whether these rows were meant."""
    if not answer.reading or answer.confidence >= _SURE:
        return "high"
    return "middle" if answer.confidence >= _UNSURE else "low"


def reading_words(answer: SqlAnswer) -> list[str]:
    """'probable reading' or 'doubtful reading' for the quiet line; nothing where the reading is sure."""
    sure = sureness(answer)
    return [] if sure == "high" else [say(f"data_page.reading_{sure}")]


def draw_readings(answer: SqlAnswer, choose: Choose, key: str) -> None:
    """The other ways to read the question, each a button that chooses it; led by the reading itself where that is
    doubtful."""
    if sureness(answer) == "low":
        label = "data_page.unsure" if answer.alternatives else "data_page.unsure_alone"
        st.caption(f":material/alt_route: {say(label, reading=one_line(answer.reading, 200).rstrip(' .'))}")
    elif answer.alternatives:
        st.caption(say("data_page.other_readings"))
    if not answer.alternatives:
        return
    with st.container(gap="xxsmall", key=f"readings-{key}"):
        for place, reading in enumerate(answer.alternatives):
            st.button(
                one_line(reading.reading, 160) or say("data_page.other_reading", n=place + 2),
                key=f"reading-{key}-{place}",
                type="tertiary",
                icon=":material/alt_route:",
                on_click=choose,
                args=(answer, place),
            )


def quiet_line(answer: SqlAnswer, total_ms: float) -> str:
    """'12 rows · ventas · 41 ms · probable reading'."""
    tables = ", ".join(one_line(name, 40) for name in (answer.sql.tables if answer.sql else ()))
    parts = [say_count("data_page.rows", len(answer.result.rows)), tables, duration(total_ms), *reading_words(answer)]
    return " · ".join(part for part in parts if part)
