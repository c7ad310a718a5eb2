"""Looking through what an adapter is to learn from, and mending it: cells are changed, rows taken out or added.

The edits are laid over the data whenever it is prepared again; what comes of them is kept as a version
(`adapters_sources`), so that it outlives the visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.language import say, say_count

_SHOWN = 300


class Kind(NamedTuple):
    """How items of a kind are shown and made: `unit` and `titles` are message keys, `read` gives an item's two texts,
    `write` an item from an old one (None: a new one) and two texts."""

    name: str
    unit: str
    titles: tuple[str, str]
    read: Callable[[Any], tuple[str, str]]
    write: Callable[[Any | None, str, str], Any]


def version(kind: str) -> int:
    """Grows with every edit: what was prepared before is out of date."""
    return st.session_state.get(f"{kind}-edits-version", 0)


def lay_over(kind: str, items: Sequence[Any]) -> list[Any]:
    """The items with this session's edits; those that were added come first."""
    edits, added = _edits(kind), st.session_state.get(f"{kind}-added", [])
    changed = (edits.get(item, item) for item in items)
    return [*added, *(item for item in changed if item is not None)]


def draw(kind: Kind, rows: Sequence[tuple[str, Any]], find: str) -> None:
    """`rows`: (part, item). `find` is the label of the search field."""
    wanted = st.text_input(find, key=f"find-{kind.name}", icon=":material/search:").strip().casefold()
    found = [(part, item) for part, item in rows if wanted in " ".join(kind.read(item)).casefold()][:_SHOWN]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(say_count(kind.unit, len(rows)), width="content")
        edited = len(_edits(kind.name)) + len(st.session_state.get(f"{kind.name}-added", []))
        if edited:
            st.caption(say_count("adapters_page.edits", edited), width="content")
            st.button(
                say("adapters_page.undo_edits"),
                icon=":material/undo:",
                type="tertiary",
                on_click=_undo,
                args=(kind.name,),
                key=f"undo-{kind.name}",
            )
    texts = [kind.read(item) for _, item in found]
    columns = {
        kind.titles[0]: [text for text, _ in texts],
        kind.titles[1]: [text for _, text in texts],
        "document": [item.document for _, item in found],
        "part": [part for part, _ in found],
    }
    named = {name: say(f"adapters_{'chat' if name in ('asked', 'said') else 'page'}.{name}") for name in columns}
    key = f"edit-{kind.name}-{version(kind.name)}"
    st.data_editor(
        {named[name]: cells for name, cells in columns.items()},
        num_rows="dynamic",
        disabled=[named["document"], named["part"]],
        hide_index=True,
        width=900,
        key=key,
        on_change=_take,
        args=(kind, key, [item for _, item in found], (named[kind.titles[0]], named[kind.titles[1]])),
    )
    st.caption(say("adapters_page.edit_help"))


def _edits(kind: str) -> dict[Any, Any]:
    return st.session_state.setdefault(f"{kind}-edits", {})


def _take(kind: Kind, key: str, items: list[Any], titles: tuple[str, str]) -> None:
    """What was changed in the table, into the session's edits."""
    changes, edits = st.session_state[key], _edits(kind.name)
    added = st.session_state.setdefault(f"{kind.name}-added", [])
    for place, cells in changes["edited_rows"].items():
        old = items[int(place)]
        first, second = kind.read(old)
        new = kind.write(old, cells.get(titles[0]) or first, cells.get(titles[1]) or second)
        _replace(edits, added, old, new)
    for place in changes["deleted_rows"]:
        _replace(edits, added, items[int(place)], None)
    whole = [row for row in changes["added_rows"] if all((row.get(title) or "").strip() for title in titles)]
    added.extend(kind.write(None, row[titles[0]], row[titles[1]]) for row in whole)
    if whole or changes["edited_rows"] or changes["deleted_rows"]:
        st.session_state[f"{kind.name}-edits-version"] = version(kind.name) + 1


def _replace(edits: dict[Any, Any], added: list[Any], old: Any, new: Any | None) -> None:
    """An item that is itself an edit is followed back to what it was made of."""
    if old in added:
        place = added.index(old)
        added[place : place + 1] = [] if new is None else [new]
        return
    origin = next((source for source, made in edits.items() if made == old), old)
    edits[origin] = new


def _undo(kind: str) -> None:
    for name in (f"{kind}-edits", f"{kind}-added"):
        st.session_state.pop(name, None)
    st.session_state[f"{kind}-edits-version"] = version(kind) + 1
