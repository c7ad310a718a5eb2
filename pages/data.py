"""Data: the tables on the left, a question on top, its result below (chart, rows, statement, how it was read); and the
board of pinned charts."""

from pages.parts import frame

frame.enter("data")

import streamlit as st  # noqa: E402

from core.records import Catalog  # noqa: E402
from core.state import boards  # noqa: E402
from pages.parts import arrivals, asking, board, catalog, outcome, question_box, services, welcome  # noqa: E402
from pages.parts.language import say, say_count  # noqa: E402


def draw_empty() -> None:
    """No tables yet: how to bring some in."""
    st.markdown(say("data_page.empty"))
    arrivals.draw_drop_zone("data_page")
    draw_arriving(0)
    arrivals.draw_refused()
    if not services.workspace().library.open_files():
        welcome.draw_sample_offer("data_page.sample_note")


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
    files = [table for table in held.tables if table.origin == "file"]
    if files:
        rows = say_count("data_page.rows", sum(table.rows for table in files))
        st.caption(f"{say_count('router.tables', len(files))} · {rows}")
    catalog.draw(held)
    with st.expander(say("data_page.add"), icon=":material/upload_file:", key="add-tables"):
        arrivals.draw_drop_zone("data_page")
    draw_arriving(len(held.tables))
    arrivals.draw_refused()


def choose_view() -> str:
    """Questions or the board; the address keeps which, so that a reload comes back to it."""
    if board.VIEW not in st.session_state:
        st.session_state[board.VIEW] = "board" if st.query_params.get("view") == "board" else "ask"
    pinned = boards.count_pins(services.workspace().db)
    names = {"ask": say("board.view_ask"), "board": f"{say('board.view_board')} :gray[{pinned or ''}]"}
    view = st.segmented_control(
        say("board.view"),
        list(names),
        format_func=names.get,
        key=board.VIEW,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    if view == "board":
        st.query_params["view"] = "board"
    else:
        st.query_params.pop("view", None)
    return view


def main() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="data-head"):
        st.title(say("data_page.title"), anchor=False, width="content")
        held = services.workspace().tables.catalog()
        view = choose_view() if held.tables or boards.count_pins(services.workspace().db) else "ask"
    if view == "board":
        board.draw()
        return
    if not held.tables:
        draw_empty()
        return
    left, right = st.columns([1, 3], gap="large")
    with left, st.container(key="catalog"):
        draw_catalog(held)
    with right:
        asking.work()
        question_box.draw()
        outcome.draw(held)
    catalog.draw_dialog(held)


main()
