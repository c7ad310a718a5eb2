"""What this machine can carry, a health check of every part, and the export of everything."""

from __future__ import annotations

import streamlit as st

from core import health
from pages.parts import errors, services
from pages.parts.language import say
from pages.parts.plain import plain


def draw() -> None:
    workspace = services.workspace()
    st.subheader(say("settings_page.machine"), anchor=False)
    carried = health.machine(workspace.settings)
    st.markdown(say("settings_page.carries", **carried))
    st.caption(say("settings_page.folder", path=plain(str(workspace.settings.workspace))))
    st.subheader(say("settings_page.health"), anchor=False)
    icons = {"good": ":material/check_circle:", "note": ":material/info:", "bad": ":material/cancel:"}
    for finding in health.check(workspace.db, workspace.settings, workspace.library.documents()):
        params = {key: plain(value) if isinstance(value, str) else value for key, value in finding.params.items()}
        colour = {"good": "primary", "note": "gray", "bad": "red"}[finding.state]
        part = say(f"health.part_{finding.part}")
        st.markdown(f":{colour}[{icons[finding.state]}] **{part}**  \n:gray[{say(finding.message, **params)}]")
    st.button(say("settings_page.check_again"), icon=":material/refresh:", key="check-again")
    draw_export()


def draw_export() -> None:
    """Everything of the workspace as one file: made when asked for, since it may be large."""
    st.subheader(say("settings_page.export"), anchor=False)
    st.caption(say("settings_page.export_help"))
    made = st.session_state.get("exported")
    if made is None or not made.is_file():
        st.button(say("settings_page.export_make"), icon=":material/archive:", key="make-export", on_click=make_export)
        return
    with made.open("rb") as file:
        st.download_button(
            say("settings_page.export_get"),
            file,
            made.name,
            "application/zip",
            icon=":material/download:",
            key="get-export",
        )


@errors.guarded
def make_export() -> None:
    from core.export.everything import export_everything

    workspace = services.workspace()
    target = workspace.settings.workspace / "cotejo-export.zip"
    export_everything(workspace.db, workspace.settings.workspace, target)
    st.session_state["exported"] = target
