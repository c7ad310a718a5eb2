"""The data of a new adapter of any kind: where it comes from, what cleaning left out, a look at it, a file to keep.

Edits become a version in the workspace at once, so that they outlive the visit; a version is chosen in place of the
sources. What differs between kinds is a `Material`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from core.errors import AppError
from core.i18n import error_text
from core.state import house_words, vectors
from core.state.database import Database
from core.training import versions
from core.training.presets import draw_pairs
from pages.parts import adapters_editor, errors, services
from pages.parts.language import date, lang, number, say, say_count
from pages.parts.plain import one_line, plain

PARTS = ("train", "dev", "test")


class Material(NamedTuple):
    """One kind of data. `topic` holds its messages; `gather` gives a source's items, `offered` the sources there are;
    `prepare` cleans and splits; `split` is the key of how that was done."""

    edited: adapters_editor.Kind
    prefix: str
    topic: str
    gather: Callable[[Database, str], list[Any]]
    offered: Callable[[Database], list[str]]
    read: Callable[[Path], list[Any]]
    format: Callable[[Sequence[Any]], str]
    prepare: Callable[[Sequence[Any]], Any]
    endings: tuple[str, ...]
    dropped: tuple[str, ...]
    split: Callable[[Any], str]

    def key(self, name: str) -> str:
        return f"{self.prefix}-{name}"


def prepared(material: Material) -> Any | None:
    """The data set as it was last prepared in this session."""
    return st.session_state.get(material.key("data"), (None, None, None))[2]


def drawn(material: Material) -> list[Any]:
    """The items that the prepared data set was made of."""
    return st.session_state.get(material.key("data"), (None, [], None))[1]


def gather(material: Material, db: Database, sources: Sequence[str]) -> list[Any]:
    """All items of the sources, before cleaning. What a person said comes first, so that duplicates keep it."""
    given = {"file": _uploaded(material)[1]} if "file" in sources else {}
    order = sorted(sources, key=lambda name: ("corrections", "sql", "file", "documents").index(name))
    return [item for name in order for item in (given[name] if name == "file" else material.gather(db, name))]


def draw(material: Material, db: Database, most: int) -> Any | None:
    """The choice of sources and what came of it, drawn from at most so many items; None without one."""
    version = _choose_version(material)
    sources = () if version else _choose_sources(material, db)
    with st.spinner(say("adapters_page.preparing")):
        try:
            data = _prepare(material, db, tuple(sources), most, version)
        except AppError as error:
            st.error(plain(error_text(error, lang())), icon=":material/error:")
            return None
    if not data.counts.get("read"):
        st.caption(say(f"{material.topic}.nothing"))
        return None
    _draw_counts(material, data)
    _draw_look(material, data)
    return data


# ---------------------------------------------------------------- where from


def _choose_version(material: Material) -> str:
    """A version that was kept, or '' for the sources as they are now."""
    kept = {one.name: one for one in versions.list_versions(services.settings(), material.edited.name)}
    if not kept:
        return ""

    def told(name: str) -> str:
        if not name:
            return say("adapters_page.version_none")
        one = kept[name]
        return f"{date(one.at)} · {say_count(material.edited.unit, one.items)} · {name[:8]}"

    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say("adapters_page.version"),
            ["", *kept],
            format_func=told,
            help=say("adapters_page.version_help"),
            key=material.key("version"),
            width=420,
        )
        if chosen:
            st.button(
                say("adapters_page.version_remove"),
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
                args=(material, chosen),
                key=material.key("remove-version"),
            )
    return chosen


@errors.guarded
def _remove(material: Material, name: str) -> None:
    versions.remove_version(services.settings(), material.edited.name, name)
    st.session_state.pop(material.key("version"), None)


def _choose_sources(material: Material, db: Database) -> list[str]:
    offered = material.offered(db)
    sources = st.pills(
        say(f"{material.topic}.sources"),
        offered,
        selection_mode="multi",
        format_func=lambda name: say(f"{material.topic}.source_{name}"),
        default=[name for name in offered if name != "file"],
        key=material.key("sources"),
    )
    if "file" in sources:
        _draw_upload(material)
    return sources


def _draw_upload(material: Material) -> None:
    st.file_uploader(
        say(f"{material.topic}.file"),
        type=list(material.endings),
        help=say(f"{material.topic}.file_help"),
        key=material.key("file"),
        on_change=_take_file,
        args=(material,),
    )
    name, items = _uploaded(material)
    if items:
        st.caption(f"{one_line(name)} · {say_count(material.edited.unit, len(items))}")


def _uploaded(material: Material) -> tuple[str, list[Any]]:
    return st.session_state.get(material.key("file-items"), ("", []))


@errors.guarded
def _take_file(material: Material) -> None:
    given = st.session_state[material.key("file")]
    st.session_state.pop(material.key("file-items"), None)
    if given is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(given.name).name
        path.write_bytes(given.getvalue())
        st.session_state[material.key("file-items")] = (given.name, material.read(path))


# ---------------------------------------------------------------- what came of it


def _prepare(material: Material, db: Database, sources: tuple[str, ...], most: int, version: str) -> Any:
    """The data set; made again only when where it comes from, its edits or the number wanted change."""
    kind = material.edited.name
    name, given = _uploaded(material)
    key = (sources, most, version, vectors.revision(db)[0], vectors.revision(db)[2], house_words.revision(db), name)
    key += (len(given), adapters_editor.version(kind))
    if st.session_state.get(material.key("data"), (None,))[0] != key:
        if version:
            items = versions.read_version(services.settings(), kind, version)
        else:
            items = draw_pairs(gather(material, db, sources), most)
        edited = adapters_editor.lay_over(kind, items)
        _keep_edits(kind, items, edited, version)
        st.session_state[material.key("data")] = (key, edited, material.prepare(edited))
    return st.session_state[material.key("data")][2]


def _keep_edits(kind: str, items: list[Any], edited: list[Any], chosen: str) -> None:
    """What was edited as a version; the one of the edit before is taken out, but for one that was chosen."""
    held, place = services.settings(), f"{kind}-kept"
    before = st.session_state.pop(place, "")
    now = versions.keep_version(held, kind, edited) if edited != items else ""
    if before not in ("", now, chosen):
        versions.remove_version(held, kind, before)
    if now:
        st.session_state[place] = now


def _draw_counts(material: Material, data: Any) -> None:
    """What was read, what was left out and why, and how the rest is split."""

    def count(names: tuple[str, ...]) -> str:
        return " · ".join(
            f"{say(f'adapters_page.count_{name}')} **{number(data.counts.get(name, 0))}**" for name in names
        )

    left_out = f"{say('adapters_page.left_out')}: {count(material.dropped)}"
    st.markdown(f"{count(('read',))} · {left_out}  \n{count(PARTS)}")
    st.caption(say(material.split(data)))


def _draw_look(material: Material, data: Any) -> None:
    kind = material.edited.name
    with st.container(horizontal=True):
        with st.popover(say(f"{material.topic}.look"), icon=":material/visibility:", width="content"):
            rows = [(say(f"adapters_page.count_{part}"), item) for part in PARTS for item in getattr(data, part)]
            adapters_editor.draw(material.edited, rows, say(f"{material.topic}.find"))
        st.download_button(
            say(f"{material.topic}.export_{kind}"),
            lambda: material.format([*data.train, *data.dev, *data.test]),
            file_name=f"{kind}-{data.sha256[:8]}.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            key=f"export-{kind}",
        )
