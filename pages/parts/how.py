"""How an answer came about: its checks, what was asked and where it looked, who wrote it, the time of each stage, and
everything as one file to keep.

It judges nothing and answers nothing: verdicts and times come with the answer.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.export import audit
from core.provenance import made_with
from core.records import Answer, Citation
from core.state import chats
from core.validation.check import explain
from core.workspace import Workspace
from pages.parts import services
from pages.parts.language import duration, lang, say
from pages.parts.plain import one_line, plain

_ICONS = {"supported": "check_circle", "partly": "help", "unsupported": "cancel"}
_PICTURE_PX = 900
_STEPS = ("route", "embed", "search", "answer", "link", "compose", "execute", "check", "total")


def engine_name(answer: Answer) -> str:
    """The built-in engine, or the model by its name, with its adapter's where it has one."""
    if answer.engine == "builtin" or not answer.uses:
        return say("chat_page.engine_builtin") if answer.engine == "builtin" else plain(answer.engine)
    names = [answer.uses[-1].model, *([answer.adapter] if answer.adapter else [])]
    return plain(" + ".join(name.rstrip("/").rsplit("/", 1)[-1] for name in names))


def draw_checks(answer: Answer) -> None:
    """Each statement with its verdict and the reason, doubtful ones first."""
    if not answer.checks:
        st.caption(say("chat_page.no_checks"))
    order = list(_ICONS)[::-1]
    for check in sorted(answer.checks, key=lambda c: order.index(c.verdict)):
        verdict = say(f"chat_page.verdict_{check.verdict}")
        st.markdown(f":material/{_ICONS[check.verdict]}: **{verdict}**  \n{one_line(check.claim, 240)}")
        st.caption(plain(explain(check, lang())))


def draw_how(turn: chats.Turn) -> None:
    """Question, route, engine, times, and the two files."""
    answer = turn.answer
    st.markdown(f"**{say('chat_page.how_asked')}**  \n{one_line(answer.question, 400)}")
    if answer.completed_question != answer.question:
        st.caption(say("chat_page.completed", question=one_line(answer.completed_question, 400)))
    st.markdown(f"**{say('chat_page.how_route')}**  \n{plain(answer.route.reason)}")
    adapter = f" · {plain(answer.adapter)}" if answer.adapter else ""
    st.markdown(f"**{say('chat_page.how_engine')}**  \n{engine_name(answer)}{adapter}")
    for name, told in (answer.made_with.models if answer.made_with else {}).items():
        st.caption(f"{say(f'settings.{name}')}: {one_line(told, 60)}")
    _draw_times(answer)
    st.caption(say("chat_page.how_download"))
    draw_downloads(answer, str(turn.id), turn.created_at)


def draw_downloads(answer: Answer, name: str, asked_at: str = "", changes: Mapping[str, Any] | None = None) -> None:
    """Everything behind an answer as a file, in two forms; `changes` are settings that it was given under."""
    with st.container(horizontal=True, gap="small"):
        for kind, mime in (("html", "text/html"), ("json", "application/json")):
            _draw_download(answer, name, asked_at, changes or {}, kind, mime)


def _draw_download(answer: Answer, name: str, asked_at: str, changes: Mapping[str, Any], kind: str, mime: str) -> None:
    """Made when it is asked for, from what is bound here: a download has no session."""
    make = functools.partial(_make, services.workspace(), answer, asked_at, changes, kind, lang())
    st.download_button(
        say(f"chat_page.how_{kind}"),
        make,
        file_name=f"cotejo-{name}.{kind}",
        mime=mime,
        key=f"audit-{kind}-{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def _make(
    workspace: Workspace, answer: Answer, asked_at: str, changes: Mapping[str, Any], kind: str, language: str
) -> bytes:
    def draw_page(citation: Citation) -> bytes | None:
        return workspace.library.page_image(citation.document_id, citation.page, _PICTURE_PX, citation.boxes)

    made = answer.made_with or made_with(workspace.settings.replace(**changes), workspace.db)
    pack = audit.make_audit(answer, draw_page, asked_at=asked_at, models=made.models, settings=made.settings)
    text = audit.to_html(pack, language) if kind == "html" else audit.to_json(pack)
    return text.encode("utf-8")


def _draw_times(answer: Answer) -> None:
    taken = [(step, answer.timings_ms[step]) for step in _STEPS if answer.timings_ms.get(step)]
    with st.container(key="times", gap="xsmall"):
        for step, ms in taken:
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                st.text(say(f"chat_page.time_{step}"))
                st.text(duration(ms))
