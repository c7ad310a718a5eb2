"""Settings: each with its effect and its default; what this machine can carry; a health check of every part."""

from pages.parts import frame

frame.enter("settings")

import streamlit as st  # noqa: E402

from pages.parts import machine, model_desk, settings_form  # noqa: E402
from pages.parts.language import say  # noqa: E402


def main() -> None:
    st.title(say("settings_page.title"), anchor=False)
    if st.session_state.pop("saved", False):
        st.toast(say("settings_page.saved"), icon=":material/check:")  # seen at the foot of a long page too
    left, right = st.columns([3, 2], gap="large")
    with left:
        settings_form.draw()
    with right:
        model_desk.draw()
        machine.draw()


main()
