"""The board: pinned charts in a calm grid, each with the moment its rows were read; refresh, rename, move, remove.

A refresh runs the pinned statement again, through guard and sandbox, in a thread that outlives the page's rerun. The
rows of a table that was removed are dropped with it.
"""

from __future__ import annotations

import dataclasses
import threading

import streamlit as st

from core import i18n
from core.errors import AppError
from core.state import boards, pairs
from core.state.boards import Pin
from core.workspace import Workspace
from pages.parts import asking, downloads, errors, result, running, services
from pages.parts.language import lang, moment, say, say_count
from pages.parts.plain import one_line, plain

VIEW = "data-view"
_COLUMNS = 2
_CHART_PX = 320
_TITLE_MAX = 120


def draw() -> None:
    """All of it."""
    workspace = services.workspace()
    pins = boards.list_pins(workspace.db)
    if not pins:
        st.markdown(say("board.empty"))
        return
    with st.container(horizontal=True, vertical_alignment="center", key="board-head"):
        st.caption(say_count("board.charts", len(pins)), width="content")
        st.button(
            say("board.refresh_all"),
            icon=":material/refresh:",
            type="tertiary",
            key="refresh-all",
            on_click=_start_refresh,
            args=([pin.id for pin in pins],),
        )
    _follow_refresh()
    known = {table.name for table in workspace.tables.catalog().tables}
    pins = boards.list_pins(workspace.db)
    for first in range(0, len(pins), _COLUMNS):
        columns = st.columns(_COLUMNS, gap="medium")
        for place, column in enumerate(columns[: len(pins) - first], start=first):
            with column, st.container(border=True, height="stretch", key=f"board-{pins[place].id}"):
                _draw_pin(pins[place], known, first=place == 0, last=place == len(pins) - 1)


def _draw_pin(pin: Pin, known: set[str], first: bool, last: bool) -> None:
    gone = [name for name in pin.tables if name not in known]
    if gone and pin.result is not None:
        boards.forget_rows(services.workspace().db, pin.id)  # what a removed table held is kept nowhere
        pin = dataclasses.replace(pin, result=None)
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        wrap=False,
        key=f"board-title-{pin.id}",
    ):
        st.markdown(f"**{one_line(pin.title)}**", width="stretch")
        _draw_menu(pin, first, last, bool(gone))
    if pin.result is not None:
        bare = dataclasses.replace(pin.chart, title="")
        result.draw_spec(pin.result, bare, lang(), f"board-{pin.id}", pin.title, _CHART_PX)
    if gone:
        names = ", ".join(one_line(name, 40) for name in gone)
        st.markdown(f":material/link_off: {say('board.gone', tables=names)}")
        return
    if pin.error is not None:
        st.caption(f":material/error: {plain(i18n.translate(pin.error[0], lang(), **pin.error[1]))}")
    _draw_foot(pin)


def _draw_foot(pin: Pin) -> None:
    """When the rows were read, how many, and whether the data are others since."""
    if pin.result is None:
        st.caption(say("board.no_rows"))
        return
    when = moment(pin.refreshed_at)
    day = when.strftime("%d/%m/%Y %H:%M" if lang() == "es" else "%Y-%m-%d %H:%M")
    parts = [say("board.refreshed", moment=day), say_count("data_page.rows", len(pin.result.rows))]
    if pairs.hashes(services.workspace().tables.catalog(), pin.tables) != pin.tables:
        parts.append(say("board.newer"))
    st.caption(" · ".join(parts))


def _draw_menu(pin: Pin, first: bool, last: bool, gone: bool) -> None:
    menu = st.popover(":material/more_horiz:", help=say("board.menu"), type="tertiary", key=f"board-menu-{pin.id}")
    with menu, st.container(gap="xxsmall"):
        st.text_input(
            say("board.title"),
            value=pin.title,
            max_chars=_TITLE_MAX,
            key=f"board-name-{pin.id}",
            on_change=_rename,
            args=(pin.id, f"board-name-{pin.id}"),
        )
        if not gone:
            _act("refresh", "refresh", _start_refresh, ([pin.id],), pin)
            _act("open", "open_in_new", _open, (pin,), pin)
        if not first:
            _act("earlier", "arrow_back", _move, (pin.id, -1), pin)
        if not last:
            _act("later", "arrow_forward", _move, (pin.id, 1), pin)
        if pin.result is not None:
            downloads.draw_buttons(pin.result, pin.chart, pin.title, lang(), f"board-{pin.id}")
        _act("remove", "delete", _remove, (pin.id,), pin)


def _act(name: str, icon: str, act, args: tuple, pin: Pin) -> None:
    key = f"board-{name}-{pin.id}"
    st.button(say(f"board.{name}"), icon=f":material/{icon}:", type="tertiary", key=key, on_click=act, args=args)


# ---------------------------------------------------------------- what a click does


@errors.guarded
def _rename(pin_id: int, widget: str) -> None:
    title = st.session_state[widget].strip()
    if title:
        boards.rename_pin(services.workspace().db, pin_id, title)


@errors.guarded
def _move(pin_id: int, steps: int) -> None:
    boards.move_pin(services.workspace().db, pin_id, steps)


@errors.guarded
def _remove(pin_id: int) -> None:
    boards.remove_pin(services.workspace().db, pin_id)


def _open(pin: Pin) -> None:
    """Back to the page of questions, with this statement and chart."""
    choose_view("ask")
    asking.open_statement(pin.question, pin.sql, pin.chart)


def choose_view(view: str) -> None:
    st.session_state[VIEW] = view


def _start_refresh(pin_ids: list[int]) -> None:
    workspace = services.workspace()
    before: running.Running | None = st.session_state.get("board-running")
    if before is not None:
        before.cancel.set()
    st.session_state["board-running"] = running.start(lambda cancel: refresh(workspace, pin_ids, cancel))


def _follow_refresh() -> None:
    under_way: running.Running | None = st.session_state.get("board-running")
    if under_way is not None:
        running.follow(under_way, say("board.refreshing"), "board")
        st.session_state["board-running"] = None
        under_way.future.result()


def refresh(workspace: Workspace, pin_ids: list[int], cancel: threading.Event) -> None:
    """Run the statements of these pins again, one after the other, and keep what came: rows, or why there are none.
    One that was stopped stays as it was."""
    for pin_id in pin_ids:
        pin = boards.read_pin(workspace.db, pin_id)
        if pin is None:
            continue
        try:
            answer = workspace.tables.run(pin.sql, question=pin.question, lang=pin.lang, cancel=cancel)
        except AppError as error:
            boards.keep_error(workspace.db, pin_id, (error.key, error.params))
            continue
        if cancel.is_set():
            return
        if answer.result.error is not None:
            boards.keep_error(workspace.db, pin_id, answer.result.error)
        else:
            tables = pairs.hashes(workspace.tables.catalog(), answer.sql.tables)
            boards.keep_rows(workspace.db, pin_id, answer.result, tables)
