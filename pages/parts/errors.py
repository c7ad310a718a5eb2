"""Failures in the visitor's language. A page never shows a traceback: what was not foreseen goes to the log."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import AppError
from core.i18n import error_text
from pages.parts.language import lang, say
from pages.parts.plain import plain

log = logging.getLogger("cotejo.pages")


def run_page(run: Callable[[], Any]) -> None:
    """Run a page; what it raises is shown in words."""
    try:
        run()
    except AppError as error:
        st.error(plain(error_text(error, lang())), icon=":material/error:")
    except Exception:
        log.exception("a page failed")
        st.error(say("app.page_failed"), icon=":material/error:")


def guarded(callback: Callable[..., Any]) -> Callable[..., None]:
    """A widget's callback whose AppError is shown at the top of the run that follows."""

    @functools.wraps(callback)
    def call(*args: Any, **kwargs: Any) -> None:
        try:
            callback(*args, **kwargs)
        except AppError as error:
            st.session_state["kept_error"] = error_text(error, lang())

    return call


def show_kept() -> None:
    kept = st.session_state.pop("kept_error", None)
    if kept:
        st.error(plain(kept), icon=":material/error:")
        st.toast(plain(kept), icon=":material/error:")  # the page may be scrolled far below its top
