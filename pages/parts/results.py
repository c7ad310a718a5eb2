"""An answer from tables in the chat: a small chart or table below its sentences, and as evidence beside it its rows,
its statement, its chart and how it was read.

It runs no statement: what is to be run goes to the data page.
"""

from __future__ import annotations

import streamlit as st

from core.records import SqlAnswer
from core.sql.safety.pretty import pretty_sql
from pages.parts import asking, result
from pages.parts.language import say, say_count
from pages.parts.plain import plain

_ROWS_INLINE = 6
DATA_PAGE = "pages/data.py"


def draw_inline(data: SqlAnswer, key: str) -> None:
    """The chart as it was chosen, or the first rows where a table says it best; nothing for a single figure."""
    if not result.has_rows(data) or not data.result.rows or data.chart is None or data.chart.kind == "number":
        return
    if data.chart.kind == "table":
        result.draw_rows(data.result, f"inline-{key}", _ROWS_INLINE)
    else:
        result.draw_spec(data.result, data.chart, data.lang, f"inline-{key}", " ".join(data.insight))


def draw(data: SqlAnswer, key: str) -> None:
    """The evidence of an answer from tables."""
    if not result.has_rows(data):
        st.markdown(f":material/error: {plain(result.failure(data))}")
        if data.sql is not None:
            st.code(pretty_sql(data.sql.text), language="sql", wrap_lines=True)
        return
    table, sql, chart, how = st.tabs([say(f"data_page.tab_{tab}") for tab in ("table", "sql", "chart", "how")])
    with table:
        result.draw_rows(data.result, f"evidence-{key}")
        if data.result.truncated:
            st.caption(say("data_page.first_rows", n=len(data.result.rows)))
    with sql:
        st.code(pretty_sql(data.sql.text), language="sql", wrap_lines=True)
    with chart:
        result.draw_chart(data, f"evidence-{key}")
    with how:
        result.draw_how(data)
    if st.button(say("data_page.open_here"), icon=":material/open_in_new:", type="tertiary", key=f"open-{key}"):
        asking.show(data)
        st.switch_page(DATA_PAGE)
    if result.sureness(data) != "low":  # else they stand under the answer itself
        _draw_readings(data, key)


def draw_doubtful(data: SqlAnswer, key: str) -> None:
    """Under an answer whose reading is doubtful: what it was read as, and the other readings."""
    if result.has_rows(data) and result.sureness(data) == "low":
        _draw_readings(data, key)


def _draw_readings(data: SqlAnswer, key: str) -> None:
    """Other readings are run where their results are shown: on the data page."""
    result.draw_readings(data, _note, key)
    if st.session_state.pop("to-data", False):
        st.switch_page(DATA_PAGE)


def _note(data: SqlAnswer, place: int) -> None:
    asking.choose_reading(data, place)
    st.session_state["to-data"] = True


def quiet_parts(data: SqlAnswer) -> list[str]:
    """'12 rows', 'probable reading'."""
    return [say_count("data_page.rows", len(data.result.rows) if data.result else 0), *result.reading_words(data)]
