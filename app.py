"""The app: page configuration, language, navigation. What is shown on a page is in `pages/`.

The wordmark comes last: to serve a picture Streamlit imports numpy and Pillow, and the first paint need not wait.
A page has no icon of its own: the browser would fetch it from a font server.
"""

import streamlit as st

from pages.parts import errors, frame, services
from pages.parts.language import say

st.set_page_config(page_title="Cotejo", layout="wide")
frame.choose_language()
frame.style()
PAGES = {
    "chat": st.Page("pages/chat.py", title=say("app.chat"), default=True),
    "documents": st.Page("pages/documents.py", title=say("app.documents")),
    "data": st.Page("pages/data.py", title=say("app.data")),
    "evaluation": st.Page("pages/evaluation.py", title=say("app.evaluation")),
    "adapters": st.Page("pages/adapters.py", title=say("app.adapters")),
    "monitoring": st.Page("pages/monitoring.py", title=say("app.monitoring")),
    "settings": st.Page("pages/settings.py", title=say("app.settings")),
}
page = st.navigation(list(PAGES.values()))
frame.arrive(PAGES)
try:
    errors.run_page(page.run)
    frame.language_switch()
    frame.sign(page.title)
finally:
    services.warm()
