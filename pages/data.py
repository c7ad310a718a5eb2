"""Data: the tables on the left; a question on top, its result below: chart, rows, statement, how it was read."""

from pages.parts import frame

frame.enter("data")

import streamlit as st  # noqa: E402

from core.records import Catalog  # noqa: E402
from pages.parts import arrivals, asking, catalog, downloads, question_box, result, services, welcome  # noqa: E402
from pages.parts.language import say, say_count  # noqa: E402
from pages.parts.plain import plain  # noqa: E402


def draw_empty() -> None:
    """No tables yet: how to bring some in."""
    st.markdown(say("data_page.empty"))
    arrivals.draw_drop_zone("data_page")
    draw_arriving(0)
    arrivals.draw_refused()
    if not services.workspace().library.open_files():
        st.button(
            say("chat_page.open_sample"), icon=":material/science:", on_click=welcome.open_sample, key="open-sample"
        )
        st.caption(say("data_page.sample_note"))


def draw_arriving(known: int) -> None:
    """How many files are still to be read; the page is drawn anew when their tables are there."""
    waiting = services.workspace().library.open_files()
    if waiting:
        st.caption(f":shimmer[{say_count('chat_page.arriving', waiting)}]")
        _wait(known)


@st.fragment(run_every=1)
def _wait(known: int) -> None:
    services.ensure_worker()
    workspace = services.workspace()
    if len(workspace.tables.catalog().tables) != known or not workspace.library.open_files():
        st.rerun()


def draw_catalog(held: Catalog) -> None:
    rows = say_count("data_page.rows", sum(table.rows for table in held.tables))
    st.caption(f"{say_count('router.tables', len(held.tables))} · {rows}")
    catalog.draw(held)
    with st.expander(say("data_page.add"), icon=":material/upload_file:", key="add-tables"):
        arrivals.draw_drop_zone("data_page")
    draw_arriving(len(held.tables))
    arrivals.draw_refused()


def draw_editor() -> None:
    """The statement, to be changed and run; and why the guard did not admit it."""
    st.text_area(
        say("data_page.sql"),
        key="sql-editor",
        height=190,
        label_visibility="collapsed",
        max_chars=20_000,
        persist_state="session",
    )
    st.button(
        say("data_page.run"), icon=":material/play_arrow:", type="primary", key="run-sql", on_click=asking.run_edited
    )
    refused = asking.desk().refused
    if refused:
        st.error(plain(refused), icon=":material/block:")


def draw_result() -> None:
    held = asking.desk()
    answer, key = held.answer, f"data-{held.serial}"
    if answer is None or not result.has_rows(answer):
        if answer is not None:
            st.markdown(f":material/search_off: {plain(result.failure(answer))}")
        with st.expander(say("data_page.write_sql"), icon=":material/code:", expanded=bool(held.refused)):
            draw_editor()
        return
    st.caption(result.quiet_line(answer, answer.timings_ms.get("total", answer.timings_ms.get("execute", 0))))
    result.draw_sentences(answer)
    names = [say(f"data_page.tab_{tab}") for tab in ("chart", "table", "sql", "how")]
    chart, table, sql, how = st.tabs(names, key=f"tabs-{key}", default=names[2] if held.refused else None)
    with chart:
        spec = result.draw_chart(answer, key)
    with table:
        result.draw_rows(answer.result, f"all-{key}")
    with sql:
        draw_editor()
    with how:
        result.draw_how(answer)
    downloads.draw(answer, spec, key)
    result.draw_readings(answer, asking.run, key)


def main() -> None:
    st.title(say("data_page.title"), anchor=False)
    held = services.workspace().tables.catalog()
    if not held.tables:
        draw_empty()
        return
    left, right = st.columns([1, 3], gap="large")
    with left, st.container(key="catalog"):
        draw_catalog(held)
    with right:
        asking.work()
        question_box.draw(held)
        draw_result()
    catalog.draw_dialog(held)


main()
