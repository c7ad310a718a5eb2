"""Files on their way in: dropped, given by path, read, embedded; and those that could not be read, with the reason."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

from core import i18n
from core.records import Document
from core.state.files import OPEN, FileRow
from pages.parts import errors, services
from pages.parts.language import lang, say, say_count, size
from pages.parts.plain import one_line, plain

_LISTED = 8
_REDRAW_S = 5.0  # the list below is drawn anew at most this often, so that it can be read meanwhile
_SHARE = {"parsed": 0.4, "embedded": 0.8, "complete": 1.0, "failed": 1.0}  # of the work on one document


def draw_drop_zone(words: str = "documents_page") -> None:
    """The uploader and the way in by path; `words` is the page whose messages say what may be dropped."""
    limit = services.settings().get("upload_max_mb")
    st.session_state.setdefault("drop", 0)
    key = f"drop-{st.session_state['drop']}"
    st.file_uploader(
        say(f"{words}.drop", mb=limit),
        accept_multiple_files=True,
        max_upload_size=limit,
        key=key,
        on_change=_take_uploads,
        args=(key,),
        help=say(f"{words}.drop_help"),
    )
    with st.popover(say("documents_page.by_path"), icon=":material/folder_open:", type="tertiary"):
        st.text_input(
            say("documents_page.path"),
            key="path-to-add",
            placeholder="~/Documents/reports",
            help=say("documents_page.path_help"),
        )
        st.button(say("documents_page.add_path"), icon=":material/add:", on_click=_take_path, key="add-path")


@errors.guarded
def _take_uploads(key: str) -> None:
    library = services.workspace().library
    for upload in st.session_state[key] or ():
        library.add_upload(upload.name, upload)
    st.session_state["drop"] += 1  # a new, empty drop zone: the bytes leave the server's memory
    services.ensure_worker()


@errors.guarded
def _take_path() -> None:
    typed = st.session_state["path-to-add"].strip().strip("\"'")
    if not typed:
        return
    library, path = services.workspace().library, Path(typed).expanduser()
    if path.is_dir():
        library.add_folder(path)
    else:
        library.add_path(path)
    st.session_state["path-to-add"] = ""
    services.ensure_worker()


def is_working() -> bool:
    """Whether files wait or are read, or vectors are still to be made."""
    library = services.workspace().library
    return library.open_files() > 0 or not library.fully_embedded()


def draw_progress() -> None:
    """Live while work is open; the page is drawn anew when a document arrives or the work ends."""
    if is_working():
        _follow()


@st.fragment(run_every=1)
def _follow() -> None:
    workspace = services.workspace()
    services.ensure_worker()
    files, documents = workspace.library.files(), workspace.library.documents()
    seen = [(document.id, document.state) for document in documents]
    drawn, since = st.session_state.setdefault("documents-drawn", (seen, time.monotonic()))
    due = not drawn or time.monotonic() - since > _REDRAW_S
    if (seen != drawn and due) or not is_working():
        st.session_state.pop("documents-drawn")
        st.rerun()
    _draw_work(files, documents)


def _draw_work(files: list[FileRow], documents: list[Document]) -> None:
    waiting = [row for row in files if row.status in OPEN]
    unfinished = [document for document in documents if document.state != "complete"]
    todo = len(waiting) + len(unfinished)
    if not todo:  # an adapter has the vectors made anew: no document is on its way
        return
    done = sum(_SHARE[document.state] for document in documents) / max(len(documents) + len(waiting), 1)
    with st.container(border=True, key="arrivals", gap="xsmall"):
        st.progress(done, text=say_count("documents_page.working", todo))
        shown = [(row.name, row.size, row.status) for row in waiting]
        shown += [(document.name, document.size, document.state) for document in unfinished]
        for name, bytes_, state in shown[:_LISTED]:
            with st.container(horizontal=True, horizontal_alignment="distribute"):
                st.markdown(f"{one_line(name, 60)} :gray[{size(bytes_)}]")
                st.markdown(f":gray[{say(f'documents_page.state_{state}')}]")
        if len(shown) > _LISTED:
            st.caption(say_count("documents_page.more_files", len(shown) - _LISTED))


def draw_refused() -> None:
    """Files that were skipped or failed, each with its reason; they can be struck off the list."""
    rows = [row for row in services.workspace().library.files() if row.status in ("failed", "skipped")]
    if not rows:
        return
    with st.expander(say_count("documents_page.refused", len(rows)), icon=":material/error:", key="refused"):
        for row in rows[-100:]:
            with st.container(horizontal=True, vertical_alignment="center"):
                reason = i18n.translate(row.reason[0], lang(), **row.reason[1]) if row.reason else ""
                st.markdown(f"**{one_line(row.name, 80)}**  \n:gray[{plain(reason)}]", width="stretch")
                st.button(
                    say("documents_page.dismiss"),
                    icon=":material/close:",
                    type="tertiary",
                    key=f"dismiss-{row.id}",
                    on_click=_dismiss,
                    args=([row.id],),
                )
        if len(rows) > 1:
            ids = [row.id for row in rows]
            st.button(say("documents_page.dismiss_all"), key="dismiss-all", on_click=_dismiss, args=(ids,))


def _dismiss(file_ids: list[int]) -> None:
    for file_id in file_ids:
        services.workspace().library.forget_file(file_id)
