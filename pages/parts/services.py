"""Opens the workspace, once a server, and hands it to pages: the only place with cached resources and data."""

from __future__ import annotations

import contextlib
import gc
import threading
from typing import TYPE_CHECKING

import streamlit as st

from core import settings as settings_table
from core.errors import AppError
from core.settings import Settings

if TYPE_CHECKING:
    from core.model_setup import ModelSetup
    from core.records import Document, Table
    from core.workspace import Workspace

IMAGE_WIDTH_PX = 1000
_SUGGESTIONS_KEPT = 8
_PAINT_S = 1.0


class _Open:
    """The one open workspace, made when first asked for."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.workspace: Workspace | None = None
        self.warming = False
        self.suggestions: dict[tuple, list[str] | None] = {}


@st.cache_resource(show_spinner=False)
def _open() -> _Open:
    return _Open()


def workspace() -> Workspace:
    """The server's workspace, its worker not necessarily running. Raises AppError where it cannot be opened."""
    from core.workspace import open_workspace

    held = _open()
    with held.lock:
        if held.workspace is None:
            held.workspace = open_workspace(settings_table.load(secrets=_secrets()))
        return held.workspace


def settings() -> Settings:
    """The settings in force, without opening anything."""
    held = _open()
    return held.workspace.settings if held.workspace else settings_table.load()


def _secrets() -> dict[str, str]:
    """The keys in `.streamlit/secrets.toml`, where there is one."""
    if not st.secrets.load_if_toml_exists():
        return {}
    return {name: str(st.secrets[name]) for name in settings_table.SECRETS if name in st.secrets}


@st.cache_resource(show_spinner=False)
def model_setup() -> ModelSetup:
    """What is found out about language models on this machine, for all visitors."""
    from core.model_setup import ModelSetup

    return ModelSetup()


def ensure_worker() -> None:
    """Start the worker process where it does not run: at the first visit, or after it died."""
    with _open().lock:
        workspace().start_worker()


def warm() -> None:
    """Once a server, a moment after the first page is painted: start the worker, load the index and its model, import
    what tables need, and load what reads questions about them."""
    held = _open()
    with held.lock:
        if held.warming:
            return
        held.warming = True
    threading.Thread(target=_warm, daemon=True, name="warm").start()


def _warm() -> None:
    """At its end what is loaded is set aside for good: a full collection need not look through it then, which would
    stop an answer for a quarter of a second."""
    threading.Event().wait(_PAINT_S)
    ensure_worker()
    workspace().index.refresh()
    import pandas  # noqa: F401

    if workspace().model is not None:
        with contextlib.suppress(AppError):  # the first question says what is wrong
            workspace().model.open()
    tables = workspace().tables
    if tables.catalog().tables:
        tables.ask("total", "en")  # thrown away: the first question of a person should not wait for the weights
    gc.collect()
    gc.freeze()


def change_settings(**changes) -> None:
    """Check and save settings, and work by them from now on; the language alone restarts nothing."""
    held = _open()
    with held.lock:
        current = workspace()
        if set(changes) == {"language"}:
            current.settings = current.settings.replace(**changes)
            settings_table.save(current.settings)
            return
        held.workspace = current.change_settings(**changes)
        held.workspace.start_worker()
    page_image.clear()


@st.cache_data(show_spinner=False, max_entries=96)
def page_image(
    folder: str, sha256: str, document_id: int, number: int, boxes: tuple[tuple[float, ...], ...] = ()
) -> bytes | None:
    """A page as PNG with boxes marked, or None for a format without page images. Keyed by the document's content."""
    del folder, sha256
    return workspace().library.page_image(document_id, number, IMAGE_WIDTH_PX, boxes)


def file_tables() -> list[Table]:
    """The tables of files, without those found in documents."""
    return [table for table in workspace().tables.catalog().tables if table.origin == "file"]


def suggestions(documents: list[Document], tables: list[Table], lang: str) -> list[str] | None:
    """Example questions for these documents and tables; None while they are still being tried in the background."""
    held = _open()
    key = (lang, *(document.id for document in documents), *(table.dataset for table in tables))
    with held.lock:
        if key not in held.suggestions:
            held.suggestions = dict(list(held.suggestions.items())[1 - _SUGGESTIONS_KEPT :]) | {key: None}
            threading.Thread(target=_suggest, args=(key, documents, lang), daemon=True, name="suggest").start()
        return held.suggestions[key]


def _suggest(key: tuple, documents: list[Document], lang: str) -> None:
    from core import suggest

    held, opened, found = _open(), workspace(), []
    try:
        found = suggest.questions(opened.db, opened.assistant, documents, lang)
    finally:
        with held.lock:
            if key in held.suggestions:
                held.suggestions[key] = found


def delete_document(document_id: int, lang: str) -> None:
    """Remove a document, and what was drawn of it."""
    workspace().library.delete(document_id, lang)
    page_image.clear()
