"""What several test modules share."""

import pytest


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty workspace that the pages open. The worker stays away: tests do its jobs by themselves."""
    import streamlit as st

    from pages.parts import services

    monkeypatch.setenv("COTEJO_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setattr(services, "warm", lambda: None)
    monkeypatch.setattr(services, "ensure_worker", lambda: None)
    st.cache_resource.clear()
    st.cache_data.clear()
    opened = services.workspace()
    yield opened
    opened.close()
    st.cache_resource.clear()
