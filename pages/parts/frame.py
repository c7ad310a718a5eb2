"""What stands around every page: the mark that `app.py` ran, the wordmark, the language switch. No page's content.

Beside a `pages/` folder, a cold server runs a deep link's file without `app.py`; `enter` sends such a visitor through
`app.py`, which brings them back to where they wanted to go.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core import i18n
from pages.parts import errors, services
from pages.parts.language import NAMES, browser_language, lang, say

_ASSETS = Path(__file__).parent / "assets"
MARK = str(_ASSETS / "mark.svg")


def enter(page: str) -> None:
    """To be called first by every page. Returns only where `app.py` runs the page; says what a click failed to do."""
    if not st.session_state.get("arrived"):
        st.session_state["wanted"] = page
        st.switch_page("app.py")
    errors.show_kept()


def arrive(pages: dict[str, object]) -> None:
    """Mark the session; go on to the page that `enter` noted."""
    st.session_state["arrived"] = True
    wanted = st.session_state.pop("wanted", None)
    if wanted in pages:
        st.switch_page(pages[wanted])


def style() -> None:
    """The style sheet."""
    st.html(_ASSETS / "style.css")
    if lang() == "es":  # the words that Streamlit writes by itself, in English only
        st.html(_ASSETS / "words-es.css")


def sign(page: str) -> None:
    """Wordmark, icon, and the page's name on the browser's tab."""
    shade = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(str(_ASSETS / f"wordmark-{shade}.svg"), size="large", icon_image=MARK)
    st.set_page_config(page_title=f"{page} · Cotejo", page_icon=MARK)


def choose_language() -> None:
    """Take the saved language into a new session, before anything is drawn."""
    if "language" not in st.session_state:
        saved = services.settings().get("language")
        st.session_state["language"] = saved if saved in i18n.LANGUAGES else browser_language()


def language_switch() -> None:
    """The two languages at the foot of the sidebar."""
    with st.sidebar, st.container(key="language-switch"):
        st.session_state["language_switch"] = lang()
        st.segmented_control(
            say("app.language"),
            i18n.LANGUAGES,
            format_func=NAMES.get,
            key="language_switch",
            required=True,
            label_visibility="collapsed",
            on_change=_switch_language,
        )


@errors.guarded
def _switch_language() -> None:
    st.session_state["language"] = st.session_state["language_switch"]
    services.change_settings(language=st.session_state["language"])
