"""Case sets on the evaluation page: bring some in, look through them, take waiting cases in. It runs nothing."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from core import samples
from core.evaluation.cases import read_case_file, to_case, to_jsonl
from core.evaluation.learn import CORRECTIONS
from core.evaluation.runs import record_person
from core.i18n import LANGUAGES, translate
from core.state import case_sets
from core.state.database import Database
from pages.parts import errors, services
from pages.parts.language import lang, say, say_count
from pages.parts.plain import one_line

_ENDINGS = ("jsonl", "csv", "json")
_WAITING_SHOWN = 30
_PROPOSED = 8


def draw(db: Database, held: list[case_sets.CaseSet]) -> None:
    st.file_uploader(
        say("evaluation_page.drop"),
        type=list(_ENDINGS),
        key="case-file",
        help=say("evaluation_page.drop_help"),
        on_change=_take_file,
    )
    draw_starters(db, "cases")
    for one in held:
        _draw_set(db, one)


def _draw_proposals(one: case_sets.CaseSet) -> None:
    """Questions made from the documents, with today's answers: each waits for a person."""
    st.button(
        say("evaluation_page.propose"),
        icon=":material/lightbulb:",
        help=say("evaluation_page.propose_help"),
        on_click=_propose,
        args=(one.id,),
        key=f"propose-{one.id}",
    )


@errors.guarded
def _propose(set_id: int) -> None:
    from core import suggest
    from core.evaluation.make_cases import propose_cases

    workspace = services.workspace()
    held = workspace.library.documents()
    questions = suggest.questions(workspace.db, workspace.assistant, held, lang(), n=_PROPOSED)
    found = propose_cases(workspace.assistant, questions, lang())
    case_sets.add_cases(workspace.db, set_id, found, "made", approved=False)


def _draw_person(db: Database, one: case_sets.CaseSet, stored: list[case_sets.StoredCase]) -> None:
    """A person's answers and minutes for the same questions: a run to compare variants with."""
    with st.popover(say("evaluation_page.person"), icon=":material/person:", key=f"person-{one.id}"):
        st.caption(say("evaluation_page.person_help"))
        names = (say("monitoring.question"), say("evaluation_page.their_answer"), say("evaluation_page.minutes"))
        typed = st.data_editor(
            {
                names[0]: [held.data["question"] for held in stored],
                names[1]: ["" for _ in stored],
                names[2]: [0.0 for _ in stored],
            },
            disabled=[names[0]],
            hide_index=True,
            key=f"person-answers-{one.id}",
        )
        answers = {
            held.id: (text.strip(), float(minutes))
            for held, text, minutes in zip(stored, typed[names[1]], typed[names[2]], strict=True)
            if text and text.strip()
        }
        st.button(
            say("evaluation_page.keep"),
            type="primary",
            disabled=not answers,
            on_click=_keep_person,
            args=(db, one.id, answers),
            key=f"keep-person-{one.id}",
        )


@errors.guarded
def _keep_person(db: Database, set_id: int, answers: dict[int, tuple[str, float]]) -> None:
    record_person(db, set_id, answers, say("evaluation_page.a_person"))


def draw_starters(db: Database, tab: str) -> None:
    """The sample company's questions, where the sample is open and they are not here yet; in more than one tab."""
    names = {document.name for document in services.workspace().library.documents()}
    known = {one.name for one in case_sets.list_sets(db)}
    called = {translate("evaluation_page.sample_set", code) for code in LANGUAGES}
    if names & {path.name for path in samples.files()} and not called & known:
        st.button(
            say("evaluation_page.add_sample"),
            icon=":material/science:",
            on_click=_take_sample,
            args=(say("evaluation_page.sample_set"),),
            key=f"add-{tab}",
        )


@errors.guarded
def _take_sample(name: str) -> None:
    db = services.workspace().db
    found = [asdict(to_case(row, number)) for number, row in enumerate(samples.questions(), 1)]
    case_sets.add_cases(db, case_sets.create_set(db, name), found, "made")


@errors.guarded
def _take_file() -> None:
    dropped = st.session_state.get("case-file")
    if dropped is None:
        return
    db = services.workspace().db
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"cases.{dropped.name.rsplit('.', 1)[-1].lower()}"
        path.write_bytes(dropped.getvalue())
        found = [asdict(case) for case in read_case_file(path)]
    case_sets.add_cases(db, case_sets.create_set(db, dropped.name), found, "file")


def set_name(one: case_sets.CaseSet) -> str:
    """What a set is called here: corrections have theirs, whose name is the same in every language."""
    return say("evaluation_page.tab_review") if one.name == CORRECTIONS else one.name


def _draw_set(db: Database, one: case_sets.CaseSet) -> None:
    title = f"{one_line(set_name(one), 60)} · {say_count('evaluation_page.cases', one.cases)}"
    with st.expander(title, key=f"set-{one.id}"):
        stored = case_sets.list_cases(db, one.id)
        found = [to_case(held.data, held.id) for held in stored]
        st.dataframe(
            {
                say("monitoring.question"): [case.question for case in found],
                say("monitoring.lang"): [case.lang for case in found],
                say("evaluation_page.kind"): [say(f"evaluation_page.kind_{case.kind}") for case in found],
                say("evaluation_page.expected"): [_expected(case) for case in found],
                say("evaluation_page.origin"): [say(f"evaluation_page.origin_{held.origin}") for held in stored],
            },
            hide_index=True,
            key=f"cases-{one.id}",
        )
        for waiting in case_sets.list_cases(db, one.id, approved=False)[:_WAITING_SHOWN]:
            _draw_waiting(db, waiting)
        with st.container(horizontal=True):
            st.download_button(
                say("evaluation_page.export"),
                to_jsonl(found),
                file_name=f"{Path(one.name).stem}.jsonl",
                icon=":material/download:",
                key=f"export-{one.id}",
            )
            _draw_proposals(one)
            _draw_person(db, one, stored)
            with st.popover(say("evaluation_page.delete"), icon=":material/delete:", key=f"delete-{one.id}"):
                st.markdown(say("evaluation_page.delete_sure"))
                st.button(
                    say("evaluation_page.delete_yes"),
                    type="primary",
                    on_click=case_sets.delete_set,
                    args=(db, one.id),
                    key=f"delete-yes-{one.id}",
                )


def _draw_waiting(db: Database, waiting: case_sets.StoredCase) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(one_line(waiting.data.get("question", ""), 160))
        for taken, word in ((True, "take"), (False, "leave")):
            st.button(
                say(f"evaluation_page.{word}"),
                on_click=case_sets.approve_case,
                args=(db, waiting.id, taken),
                key=f"{word}-{waiting.id}",
            )


def _expected(case) -> str:
    if not case.answerable:
        return say("evaluation_page.declined")
    return " | ".join(
        [*case.answers, *([case.gold_sql] if case.gold_sql else []), *(case.files if not case.answers else ())]
    )
