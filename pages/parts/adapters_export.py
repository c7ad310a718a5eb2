"""An adapter to carry elsewhere: as it is, for PEFT, sentence-transformers and vLLM, or merged into its base."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import AppError
from core.i18n import error_text
from core.models import adapters, export
from core.models.loading import find_folder
from core.records import AdapterCard
from core.training import parcel
from pages.parts import services
from pages.parts.language import lang, say, size
from pages.parts.plain import plain

_MERGED_MOST = 2**30  # bytes that a download from the page may have


def draw(name: str, card: AdapterCard) -> None:
    folder = adapters.adapters_folder(services.settings().workspace) / name
    with st.popover(say("adapters_page.export"), icon=":material/download:", width="content"):
        st.markdown(say(f"adapters_page.export_help_{card.kind}"))
        st.download_button(
            say("adapters_page.export_adapter"),
            lambda: parcel.pack(folder),
            file_name=f"{name}.zip",
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            key=f"export-{name}",
        )
        st.divider()
        _draw_merged(name, folder, card)


def _draw_merged(name: str, folder: Path, card: AdapterCard) -> None:
    """Merged weights, on request; why not, where they cannot be had here."""
    try:
        base = find_folder(card.base) if card.kind == "chat" else export.base_folder()
    except AppError as error:
        st.caption(plain(error_text(error, lang())))
        return
    bytes_ = parcel.merged_bytes(base)
    st.markdown(say("adapters_page.merged_help", size=size(bytes_)))
    if adapters.words_of(folder) is not None:
        st.caption(say("adapters_page.merged_words"))
    if card.langs:
        st.caption(say("adapters_page.merged_langs"))
    if bytes_ > _MERGED_MOST:
        st.caption(say("adapters_page.merged_large"))
        st.code(f"python -m core.training.merge {folder} --base {base} --out {name}-merged", language=None)
        return
    st.download_button(
        say("adapters_page.export_merged"),
        lambda: parcel.pack_merged(folder, base),
        file_name=f"{name}-merged.zip",
        mime="application/zip",
        icon=":material/merge:",
        on_click="ignore",
        key=f"export-merged-{name}",
    )
