"""The data of a new adapter: where its pairs come from, what cleaning left out, a look at them, a file to keep."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import streamlit as st

from core.evaluation import learn
from core.state import house_words, vectors
from core.state.database import Database
from core.training.dataset import Dataset, prepare
from core.training.pairs import Pair, fill_in, format_pairs, read_pairs
from core.training.presets import draw_pairs
from pages.parts import adapters_editor, errors
from pages.parts.language import number, say, say_count
from pages.parts.plain import one_line

SOURCES = ("documents", "corrections", "file")
_DROPPED = ("empty", "too_long", "duplicates", "near_duplicates", "leaks")
_PARTS = ("train", "dev", "test")
_ENDINGS = ("jsonl", "csv", "xlsx", "json")


def prepared() -> Dataset | None:
    """The data set as it was last prepared in this session."""
    return st.session_state.get("adapter-data", (None, None, None))[2]


def drawn() -> list[Pair]:
    """The pairs that the prepared data set was made of."""
    return st.session_state.get("adapter-data", (None, [], None))[1]


def draw(db: Database, most: int) -> Dataset | None:
    """The choice of sources and what came of it, drawn from at most so many pairs; None without a pair."""
    corrections = learn.training_pairs(db)
    offered = [name for name in SOURCES if name != "corrections" or corrections]
    sources = st.pills(
        say("adapters_page.sources"),
        offered,
        selection_mode="multi",
        format_func=lambda name: say(f"adapters_page.source_{name}"),
        default=[name for name in offered if name != "file"],
        key="adapter-sources",
    )
    if "file" in sources:
        _draw_upload()
    with st.spinner(say("adapters_page.preparing")):
        data = _prepare(db, tuple(sources), most)
    if not data.counts.get("read"):
        st.caption(say("adapters_page.no_pairs"))
        return None
    _draw_counts(data)
    _draw_look(data)
    return data


def _draw_upload() -> None:
    st.file_uploader(
        say("adapters_page.file"),
        type=list(_ENDINGS),
        help=say("adapters_page.file_help"),
        key="adapter-file",
        on_change=_take_file,
    )
    name, pairs = st.session_state.get("adapter-file-pairs", ("", []))
    if pairs:
        st.caption(f"{one_line(name)} · {say_count('adapters_page.pairs', len(pairs))}")


@errors.guarded
def _take_file() -> None:
    given = st.session_state["adapter-file"]
    st.session_state.pop("adapter-file-pairs", None)
    if given is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(given.name).name
        path.write_bytes(given.getvalue())
        st.session_state["adapter-file-pairs"] = (given.name, read_pairs(path))


def gather(db: Database, sources: tuple[str, ...]) -> list[Pair]:
    """All pairs of the sources, before cleaning. What a person corrected comes first, so that duplicates keep it."""
    pairs: list[Pair] = []
    if "corrections" in sources:
        pairs += learn.corrected_pairs(db)
    if "file" in sources:
        pairs += st.session_state.get("adapter-file-pairs", ("", []))[1]
    if "documents" in sources:
        pairs += learn.pairs_in_house_words(db)
    return pairs


def _prepare(db: Database, sources: tuple[str, ...], most: int) -> Dataset:
    """The data set of these sources; made again only when they or the number of pairs wanted change."""
    name, given = st.session_state.get("adapter-file-pairs", ("", []))
    key = (sources, most, vectors.revision(db)[0], vectors.revision(db)[2], house_words.revision(db), name, len(given))
    key += (adapters_editor.version("pairs"),)
    if st.session_state.get("adapter-data", (None,))[0] != key:
        pairs = adapters_editor.lay_over("pairs", draw_pairs(gather(db, sources), most))
        st.session_state["adapter-data"] = (key, pairs, prepare(pairs))
    return st.session_state["adapter-data"][2]


def _draw_counts(data: Dataset) -> None:
    """What was read, what was left out and why, and how the rest is split."""

    def count(names: tuple[str, ...]) -> str:
        return " · ".join(
            f"{say(f'adapters_page.count_{name}')} **{number(data.counts.get(name, 0))}**" for name in names
        )

    st.markdown(f"{count(('read',))} · {say('adapters_page.left_out')}: {count(_DROPPED)}  \n{count(_PARTS)}")
    st.caption(say(f"adapters_page.split_{data.split_by}"))


def _draw_look(data: Dataset) -> None:
    with st.container(horizontal=True):
        with st.popover(say("adapters_page.look"), icon=":material/visibility:", width="content"):
            _draw_pairs(data)
        st.download_button(
            say("adapters_page.export_pairs"),
            lambda: format_pairs([*data.train, *data.dev, *data.test]),
            file_name=f"pairs-{data.sha256[:8]}.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            key="export-pairs",
        )


def _rewrite(old: Pair | None, question: str, passage: str) -> Pair:
    """An edited pair is of the same document; its passage names it anew."""
    if old is None:
        return fill_in(Pair(question.strip(), passage.strip(), "", ""))
    key = old.key if passage == old.passage else ""
    return fill_in(replace(old, question=question.strip(), passage=passage.strip(), key=key))


_EDITED = adapters_editor.Kind(
    "pairs", "adapters_page.pairs", ("question", "passage"), lambda pair: (pair.question, pair.passage), _rewrite
)


def _draw_pairs(data: Dataset) -> None:
    rows = [(say(f"adapters_page.count_{part}"), pair) for part in _PARTS for pair in getattr(data, part)]
    adapters_editor.draw(_EDITED, rows, say("adapters_page.find"))
