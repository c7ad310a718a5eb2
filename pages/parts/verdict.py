"""Under a result: is it right? What its user accepts or corrects is kept as the answer to that question.

Kept pairs are asked first when the question comes again. It runs nothing.
"""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.records import SqlAnswer
from core.state import pairs
from pages.parts import asking, errors, services
from pages.parts.language import date, say
from pages.parts.plain import one_line


def draw(answer: SqlAnswer, key: str) -> None:
    """One quiet line: accept or correct; or what is kept, and the way back."""
    held = asking.desk()
    if not held.asked:
        return
    question = one_line(held.asked, 80)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content", key=f"verdict-{key}"):
        if held.correcting:
            st.caption(f":material/edit: {say('data_page.correcting', question=question)}", width="content")
            _button("leave", "undo", asking.leave_correcting, (), key)
            return
        pair = pairs.find(services.workspace().db, held.asked, answer.sql.tables)
        if pair is not None and pair.sql == answer.sql.text:
            kept = say(f"data_page.kept_{pair.verdict}", question=question, date=date(pair.at))
            st.caption(f":material/verified: {kept}", width="content")
            _button("forget", "undo", _forget, (pair.id,), key)
        elif asking.in_words(answer):
            st.caption(say("data_page.is_it_right"), width="content")
            _button("accept", "check", _accept, (answer, "accepted"), key)
            _button("correct", "edit", asking.correct, (), key)
        else:
            _button("keep", "check", _accept, (answer, "corrected"), key, question=question)


def _button(name: str, icon: str, act, args: tuple, key: str, **words: str) -> None:
    st.button(
        say(f"data_page.verdict_{name}", **words),
        icon=f":material/{icon}:",
        type="tertiary",
        key=f"{name}-{key}",
        on_click=act,
        args=args,
    )


@errors.guarded
def _accept(answer: SqlAnswer, verdict: pairs.Verdict) -> None:
    origin: pairs.Origin = "user" if verdict == "corrected" else asking.origin_of(answer)
    answered = dataclasses.replace(answer, question=asking.desk().asked)
    asking.keep_pair(services.workspace(), answered, verdict, origin)


@errors.guarded
def _forget(pair_id: int) -> None:
    """The verdict goes, the answer stays: as one that nobody has confirmed."""
    held = asking.desk()
    pairs.delete(services.workspace().db, pair_id)
    held.answer = dataclasses.replace(held.answer, confirmed="")
