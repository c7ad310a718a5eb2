"""The evidence of an answer from tables: its chart, its rows, the statement that made them, and how it was understood.

Cells are shown in a data frame, the statement as code: neither reads Markdown. It runs no statement.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.records import QueryResult, SqlAnswer
from pages.parts.language import duration, lang, number, say, say_count
from pages.parts.plain import one_line, plain


def draw(data: SqlAnswer) -> None:
    result = data.result
    parts: dict[str, Callable[[], None]] = {}
    if result is not None and result.rows and data.chart is not None and data.chart.kind != "table":
        parts[say("results.chart")] = lambda: _draw_chart(data)
    if result is not None and result.columns:
        parts[say("results.table")] = lambda: _draw_rows(result)
    if data.sql is not None:
        parts[say("results.sql")] = lambda: st.code(data.sql.text, language="sql", wrap_lines=True)
    parts[say("results.how")] = lambda: _draw_reading(data)
    for tab, part in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab:
            part()


def _draw_chart(data: SqlAnswer) -> None:
    from core.charts.draw import CONFIG
    from core.charts.draw import draw as draw_chart

    shade = "dark" if st.context.theme.type == "dark" else "light"
    figure = draw_chart(data.chart, data.result, lang(), shade)
    st.plotly_chart(figure, theme=None, config=CONFIG, key="result-chart")


def _draw_rows(result: QueryResult) -> None:
    columns: dict[str, list] = {}
    for n, name in enumerate(result.columns):
        label = name if name not in columns else f"{name} ({n + 1})"
        columns[label] = [row[n] for row in result.rows]
    st.dataframe(columns, hide_index=True, height="auto")
    shown = say_count("results.rows", len(result.rows))
    st.caption(f"{shown} {say('results.truncated')}" if result.truncated else shown)


def _draw_reading(data: SqlAnswer) -> None:
    if data.reading:
        st.markdown(plain(data.reading))
    if data.unknown:
        st.caption(say("results.unknown", words=one_line(", ".join(data.unknown), 200)))
    if data.sql is not None:
        st.caption(say("results.tables", names=one_line(", ".join(data.sql.tables), 200)))
    if data.alternatives:
        st.markdown(f"**{say('results.alternatives')}**")
        for reading in data.alternatives:
            st.markdown(f"- {one_line(reading.reading, 200)}")


def quiet_line(data: SqlAnswer, total_ms: float, engine: str) -> str:
    """'12 rows · sure: 80 % · 61 ms · built-in'."""
    rows = say_count("results.rows", len(data.result.rows) if data.result else 0)
    sure = say("results.sure", percent=number(round(100 * data.confidence), 0))
    return " · ".join((rows, sure, duration(total_ms), engine))
