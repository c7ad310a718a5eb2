"""The data of a chat adapter: where its conversations come from, what cleaning left out, a look at them, a file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import streamlit as st

from core.evaluation import learn
from core.state import vectors
from core.state.database import Database
from core.training.examples import Example, ExampleSet, format_examples, from_pairs, prepare_examples, read_examples
from core.training.from_documents import pairs_from_documents
from core.training.presets import draw_pairs
from core.training.rows import ENDINGS
from pages.parts import adapters_editor, errors, services
from pages.parts.language import number, say, say_count
from pages.parts.plain import one_line

SOURCES = ("documents", "corrections", "sql", "file")
_DROPPED = ("empty", "too_long", "duplicates")
_PARTS = ("train", "dev", "test")
_HELD = "chat-data"
_FILE = "chat-file-examples"


def prepared() -> ExampleSet | None:
    """The data set as it was last prepared in this session."""
    return st.session_state.get(_HELD, (None, None, None))[2]


def drawn() -> list[Example]:
    """The examples that the prepared data set was made of."""
    return st.session_state.get(_HELD, (None, [], None))[1]


def draw(db: Database, most: int) -> ExampleSet | None:
    """The choice of sources and what came of it, drawn from at most so many examples; None without one."""
    offered = [name for name in SOURCES if name in ("documents", "file") or gather(db, (name,))]
    sources = st.pills(
        say("adapters_chat.sources"),
        offered,
        selection_mode="multi",
        format_func=lambda name: say(f"adapters_chat.source_{name}"),
        default=[name for name in offered if name != "file"],
        key="chat-sources",
    )
    if "file" in sources:
        _draw_upload()
    with st.spinner(say("adapters_page.preparing")):
        data = _prepare(db, tuple(sources), most)
    if not data.counts.get("read"):
        st.caption(say("adapters_chat.no_examples"))
        return None
    _draw_counts(data)
    _draw_look(data)
    return data


def _draw_upload() -> None:
    st.file_uploader(
        say("adapters_chat.file"),
        type=[ending.removeprefix(".") for ending in ENDINGS],
        help=say("adapters_chat.file_help"),
        key="chat-file",
        on_change=_take_file,
    )
    name, examples = st.session_state.get(_FILE, ("", []))
    if examples:
        st.caption(f"{one_line(name)} · {say_count('adapters_chat.examples', len(examples))}")


@errors.guarded
def _take_file() -> None:
    given = st.session_state["chat-file"]
    st.session_state.pop(_FILE, None)
    if given is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(given.name).name
        path.write_bytes(given.getvalue())
        st.session_state[_FILE] = (given.name, read_examples(path))


def gather(db: Database, sources: tuple[str, ...]) -> list[Example]:
    """All examples of the sources, before cleaning; what a person said comes first."""
    found: list[Example] = []
    if "corrections" in sources:
        found += [Example((("user", one.question),), one.passage) for one in learn.training_pairs(db)]
    if "sql" in sources:
        found += learn.sql_examples(db, services.workspace().tables.catalog())
    if "file" in sources:
        found += st.session_state.get(_FILE, ("", []))[1]
    if "documents" in sources:
        found += from_pairs(pairs_from_documents(db))
    return found


def _prepare(db: Database, sources: tuple[str, ...], most: int) -> ExampleSet:
    """The data set of these sources; made again only when they or the number wanted change."""
    name, given = st.session_state.get(_FILE, ("", []))
    key = (sources, most, vectors.revision(db)[0], vectors.revision(db)[2], name, len(given))
    key += (adapters_editor.version("examples"),)
    if st.session_state.get(_HELD, (None,))[0] != key:
        examples = adapters_editor.lay_over("examples", draw_pairs(gather(db, sources), most))
        st.session_state[_HELD] = (key, examples, prepare_examples(examples))
    return st.session_state[_HELD][2]


def _draw_counts(data: ExampleSet) -> None:
    def count(names: tuple[str, ...]) -> str:
        return " · ".join(
            f"{say(f'adapters_page.count_{name}')} **{number(data.counts.get(name, 0))}**" for name in names
        )

    st.markdown(f"{count(('read',))} · {say('adapters_page.left_out')}: {count(_DROPPED)}  \n{count(_PARTS)}")
    st.caption(say("adapters_chat.split"))


def _draw_look(data: ExampleSet) -> None:
    with st.container(horizontal=True):
        with st.popover(say("adapters_chat.look"), icon=":material/visibility:", width="content"):
            _draw_examples(data)
        st.download_button(
            say("adapters_chat.export_examples"),
            lambda: format_examples([*data.train, *data.dev, *data.test]),
            file_name=f"examples-{data.sha256[:8]}.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            key="export-examples",
        )


def _rewrite(old: Example | None, asked: str, said: str) -> Example:
    """An edited example keeps what was said before the question, and its document."""
    before = old.messages[:-1] if old else ()
    if old is None:
        return Example((("user", asked.strip()),), said.strip())
    return replace(old, messages=(*before, ("user", asked.strip())), completion=said.strip())


_EDITED = adapters_editor.Kind(
    "examples",
    "adapters_chat.examples",
    ("asked", "said"),
    lambda one: (one.messages[-1][1], one.completion),
    _rewrite,
)


def _draw_examples(data: ExampleSet) -> None:
    rows = [(say(f"adapters_page.count_{part}"), one) for part in _PARTS for one in getattr(data, part)]
    adapters_editor.draw(_EDITED, rows, say("adapters_chat.find"))
