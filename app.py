"""The app: page configuration, language, navigation. What is shown on a page is in `pages/`."""

import streamlit as st

from pages.parts import errors, frame, services
from pages.parts.language import say

st.set_page_config(page_title="Cotejo", page_icon=frame.MARK, layout="wide")
frame.choose_language()
frame.dress()
PAGES = {
    "chat": st.Page("pages/chat.py", title=say("app.chat"), icon=":material/forum:", default=True),
    "documents": st.Page("pages/documents.py", title=say("app.documents"), icon=":material/description:"),
    "settings": st.Page("pages/settings.py", title=say("app.settings"), icon=":material/tune:"),
}
page = st.navigation(list(PAGES.values()))
frame.arrive(PAGES)
try:
    errors.run_page(page.run)
    frame.language_switch()
finally:
    services.warm()
