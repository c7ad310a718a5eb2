"""The parts of the monitoring page: numbers, trends, the questions behind them. It computes nothing."""

from __future__ import annotations

import datetime

import streamlit as st

from core.charts import draw as charts
from core.monitoring import quality, trends
from core.monitoring.report import Report
from core.records import ChartSpec, QueryResult
from core.state import chats, traces
from core.state.database import Database
from pages.parts import conversations, result, services
from pages.parts.language import duration, lang, moment, number, percent, say
from pages.parts.plain import one_line

_KINDS = ("lang", "route", "engine", "adapter")
_LISTS = ("worst", "slowest")
_SHOWN = 20
_DIFFERENCES = 5
_LINE_LEAST = 5
_MOMENT = {"en": "YYYY-MM-DD HH:mm", "es": "DD/MM/YYYY HH:mm"}
CHAT_PAGE = "pages/chat.py"


def kinds(since: float) -> dict[str, list[str]]:
    """The values that the questions of the period have, of each thing that they can be filtered by."""
    held = traces.columns(services.workspace().db, _KINDS, since)
    return {name: sorted(set(values) - {""}) for name, values in held.items()}


def choose(name: str, values: list[str]) -> str:
    """One of the values, or '' for all."""
    named = {"": say("monitoring.all"), **{value: _name(name, value) for value in values}}
    return st.selectbox(say(f"monitoring.{name}"), list(named), format_func=named.get, key=f"filter-{name}", width=190)


def _name(kind: str, value: str) -> str:
    return say(f"monitoring.{kind}_{value}") if kind in ("route", "lang") else value


def draw_numbers(found: Report) -> None:
    voted = found.votes_up + found.votes_down
    six = (
        ("questions", number(found.questions)),
        ("answered", _share(found.shares["answered"])),
        ("not_found", _share(found.shares["not_found"])),
        ("unsupported", _share(found.shares["unsupported"])),
        ("p95", duration(found.total.p95)),
        ("liked", _share(found.votes_up / voted) if voted else "–"),
    )
    with st.container(horizontal=True, key="six-numbers"):
        for name, value in six:
            st.metric(say(f"monitoring.{name}"), value, help=say(f"monitoring.{name}_help"), width=150)


def _share(share: float) -> str:
    return percent(share, 1 if 0 < share < 0.1 else 0)


def draw_trends(found: Report, language: str) -> None:
    """Side by side, in turn; a line of fewer than five points says nothing and is left out."""
    drawn = [(make, *make(found, language)) for make in (trends.outcomes, trends.latency, trends.routes, trends.match)]
    shown = [found for found in drawn if len(found[2].rows) >= (_LINE_LEAST if found[1].kind == "line" else 1)]
    for column, place in zip(st.columns(2, gap="large"), (0, 1), strict=True):
        with column:
            for make, spec, rows in shown[place::2]:
                _draw(make.__name__, spec, rows)
    if found.drift:
        st.caption(say("monitoring.drift", percent=number(100 * found.drift, 0)))
    if len(shown) < len(drawn):
        st.caption(say("monitoring.too_few"))


def _draw(key: str, spec: ChartSpec, rows: QueryResult) -> None:
    figure = charts.draw(spec, rows, lang(), result.theme())
    figure.update_xaxes(title=None, tickangle=None)
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, key=f"trend-{key}", alt=spec.title)


def draw_stages(found: Report, language: str) -> None:
    """Milliseconds of each stage."""
    st.subheader(say("monitoring.stages"), anchor=False)
    rows = trends.stages(found, language)
    header = (say("monitoring.stage"), say("monitoring.median"), percent(0.95, 0), percent(0.99, 0))
    taken = [*rows, (say("monitoring.total"), found.total)]
    cells = [(name, *(_ms(ms) for ms in (spread.p50, spread.p95, spread.p99))) for name, spread in taken]
    lines = ["| " + " | ".join(row) + " |" for row in (header, ("---", "---:", "---:", "---:"), *cells)]
    st.markdown("\n".join(lines))


def _ms(value: float) -> str:
    return number(value, 1 if value < 10 else 0)


def draw_questions(db: Database, found: Report) -> None:
    """The questions behind the numbers; a click on one opens its conversation."""
    st.subheader(say("monitoring.behind"), anchor=False)
    listed = st.segmented_control(
        say("monitoring.behind"),
        _LISTS,
        format_func=lambda name: say(f"monitoring.list_{name}"),
        default=_LISTS[0],
        required=True,
        key="listed",
        label_visibility="collapsed",
    )
    ids = list(getattr(found, listed))[:_SHOWN]
    if not ids:
        st.caption(say("monitoring.no_worst"))
        return
    held = traces.read(db, ids)
    rows = [held[one] for one in ids if one in held]
    chosen = st.dataframe(
        {
            say("monitoring.when"): [moment(_iso(row.at)) for row in rows],
            say("monitoring.question"): [row.question or say("monitoring.not_kept") for row in rows],
            say("monitoring.outcome"): [say(f"monitoring.{row.status}") for row in rows],
            say("monitoring.route"): [say(f"monitoring.route_{row.route}") for row in rows],
            "ms": [round(row.total_ms) for row in rows],
        },
        hide_index=True,
        column_config={
            say("monitoring.when"): st.column_config.DatetimeColumn(format=_MOMENT[lang()], width=130),
            say("monitoring.question"): st.column_config.TextColumn(width="medium"),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"behind-{listed}",
    )
    picked = chosen.selection.rows
    if picked:
        _open(db, rows[picked[0]])


def _open(db: Database, row) -> None:
    turn = chats.read_turn(db, row.turn_id) if row.turn_id else None
    if turn is None:
        st.caption(say("monitoring.no_conversation"))
        return
    st.markdown(f"**{one_line(turn.question, 160)}**")
    if st.button(say("monitoring.open"), icon=":material/open_in_new:", type="tertiary", key="open-turn"):
        conversations.open_conversation(turn.conversation_id)
        st.switch_page(CHAT_PAGE)


def _iso(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat()


def draw_holdings() -> None:
    """What deserves a look in the documents and tables themselves; looked for when asked, since it reads them all."""
    st.subheader(say("monitoring.holdings"), anchor=False)
    if not st.toggle(say("monitoring.look"), key="look-holdings"):
        st.caption(say("monitoring.look_help"))
        return
    workspace = services.workspace()
    versions = quality.find_versions(workspace.db, workspace.library.documents())
    for found in versions:
        old, new = one_line(found.older), one_line(found.newer)
        st.markdown(say("monitoring.versions", older=old, newer=new, percent=number(100 * found.share, 0)))
        for pair in found.differences[:_DIFFERENCES]:
            st.caption(f"{one_line(pair.first, 200)}  \n{one_line(pair.second, 200)}")
    stale = quality.find_stale(workspace.tables.catalog(), datetime.date.today())
    for table in stale[:_SHOWN]:
        st.markdown(
            say("monitoring.stale", table=one_line(table.table), column=one_line(table.column), days=number(table.days))
        )
    if not versions and not stale:
        st.caption(say("monitoring.holdings_good"))
