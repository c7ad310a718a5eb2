"""What came of a question on the data page: sentences, then chart, rows, statement and how it was read in tabs; below
them what can be done with it. It asks and runs nothing.
"""

from __future__ import annotations

import streamlit as st

from core.records import Catalog
from pages.parts import asking, downloads, pinning, relations, result, sql_editor, verdict
from pages.parts.language import say
from pages.parts.plain import plain


def draw(held: Catalog) -> None:
    """The answer on the desk; without one the editor, and how the tables hang together."""
    desk = asking.desk()
    answer, key = desk.answer, f"data-{desk.serial}"
    if answer is None or not result.has_rows(answer):
        if answer is not None:
            st.markdown(f":material/search_off: {plain(result.failure(answer))}")
        with st.expander(say("data_page.write_sql"), icon=":material/code:", expanded=bool(desk.refused)):
            _draw_editor(held)
        if answer is None:
            relations.draw(held)
        return
    st.caption(result.quiet_line(answer, answer.timings_ms.get("total", answer.timings_ms.get("execute", 0))))
    result.draw_sentences(answer)
    doubtful = result.sureness(answer) == "low"
    if doubtful:
        result.draw_readings(answer, asking.choose_reading, key)
    names = [say(f"data_page.tab_{tab}") for tab in ("chart", "table", "sql", "how")]
    to_sql = bool(desk.refused) or desk.correcting
    chart, table, sql, how = st.tabs(names, key=f"tabs-{key}-{to_sql}", default=names[2] if to_sql else None)
    with chart:
        spec = result.draw_chart(answer, key)
    with table:
        result.draw_rows(answer.result, f"all-{key}")
    with sql:
        _draw_editor(held)
    with how:
        result.draw_how(answer)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="result-tools"):
        pinning.draw(answer, spec, key)
        downloads.draw(answer.result, spec, answer.question, answer.lang, key)
        verdict.draw(answer, key)
    if not doubtful:
        result.draw_readings(answer, asking.choose_reading, key)


def _draw_editor(held: Catalog) -> None:
    """The statement, to be changed and run; and why the guard did not admit it."""
    if asking.desk().refused:
        st.error(plain(asking.desk().refused), icon=":material/block:")
    sql_editor.draw(held)
