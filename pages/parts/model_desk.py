"""The language model on the settings page: who answers now, servers found here, a model that fits, a test question.

It draws what `core.model_setup` holds; searching, downloading and testing go on in the background.
"""

from __future__ import annotations

import streamlit as st

from core.i18n import error_text
from core.model_setup import Found, ModelSetup
from core.models.discover import Server
from pages.parts import errors, services
from pages.parts.language import lang, number, say
from pages.parts.plain import plain


def draw() -> None:
    """The whole section; it draws itself again every two seconds while something is under way."""
    setup = services.model_setup()
    if setup.found is None:
        setup.look()
    busy = setup.is_running()
    st.fragment(_draw, run_every=2.0 if busy else None)(busy)


def _draw(was_busy: bool) -> None:
    setup = services.model_setup()
    if st.session_state.pop("model-changed", False) or was_busy != setup.is_running():
        st.rerun()  # the form shows the new values; and only a whole run changes how often this part runs
    st.subheader(say("model_desk.title"), anchor=False)
    _draw_in_force(setup)
    if setup.found is None:
        st.caption(f":shimmer[{say('model_desk.looking')}]")
        return
    for server in setup.found.servers:
        _draw_server(server)
    if not setup.found.servers:
        st.caption(say("model_desk.no_server"))
    _draw_suggestion(setup, setup.found)
    st.button(say("model_desk.look_again"), icon=":material/refresh:", key="look-again", on_click=setup.look)


def _draw_in_force(setup: ModelSetup) -> None:
    held = services.settings()
    engine = held.get("engine")
    if engine == "builtin":
        st.markdown(say("model_desk.builtin"))
        return
    place = f"`{held.get('endpoint_url').replace('`', '')}`" if engine == "openai" else say("model_desk.this_process")
    st.markdown(say("model_desk.in_force", model=plain(_named(held.get("chat_model"))), place=place))
    with st.container(horizontal=True):
        trying = setup.is_running("try")
        st.button(
            say("model_desk.trying" if trying else "model_desk.try"),
            icon=":material/quiz:",
            key="try-model",
            disabled=trying,
            on_click=setup.try_out,
            args=(held, lang()),
        )
        st.button(
            say("model_desk.use_builtin"),
            icon=":material/undo:",
            key="use-builtin",
            on_click=use,
            kwargs={"engine": "builtin"},
        )
    if not trying and setup.trial is not None:
        _draw_trial(setup)


def _draw_trial(setup: ModelSetup) -> None:
    trial = setup.trial
    if trial.error is not None:
        st.error(plain(error_text(trial.error, lang())), icon=":material/error:")
        return
    params = {key: plain(value) if isinstance(value, str) else value for key, value in trial.params.items()}
    show = st.success if trial.key == "trial.good" else st.warning
    show(say(trial.key, **params), icon=":material/check:" if trial.ok else ":material/warning:")
    st.caption(f"{say('trial.question')}  \n{plain(trial.text)}")


def _draw_server(server: Server) -> None:
    st.markdown(f":material/dns: **{plain(server.kind)}** `{server.url}`")
    names = [model.name for model in server.models]
    if not names:
        st.caption(say("model_desk.server_empty"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say("model_desk.models"), names, key=f"served-{server.url}", label_visibility="collapsed", width=320
        )
        st.button(
            say("model_desk.use"),
            key=f"use-{server.url}",
            icon=":material/check:",
            on_click=use,
            kwargs={"engine": "openai", "endpoint_url": server.url, "chat_model": chosen},
        )


def _draw_suggestion(setup: ModelSetup, found: Found) -> None:
    st.markdown(f"**{say('model_desk.suggested')}**")
    ollama, here = found.by_ollama, found.in_process
    if ollama is None and here is None:
        st.caption(say("model_desk.nothing_fits"))
    if found.ollama is not None and ollama is not None:
        held = any(model.name == ollama.ollama for model in found.ollama.models)
        _draw_offer(setup, ollama.ollama, ollama.ollama_gb, setup.pull, (ollama.ollama, found.ollama.url), held)
    if here is not None:
        _draw_offer(setup, here.hub, here.hub_gb, setup.fetch, (here.hub, services.settings()), False)
        st.button(
            say("model_desk.use_here", model=plain(here.hub)),
            key="use-here",
            icon=":material/memory:",
            on_click=use,
            kwargs={"engine": "transformers", "chat_model": here.hub},
        )
    _draw_progress(setup)


def _draw_offer(setup: ModelSetup, name: str, size_gb: float, start, args: tuple, held: bool) -> None:
    key = "model_desk.offer_ollama" if start == setup.pull else "model_desk.offer_hub"
    st.caption(say(key, model=plain(name), gb=size_gb))
    if not held:
        st.button(
            say("model_desk.download", gb=number(size_gb)),
            key=f"download-{name}",
            icon=":material/download:",
            disabled=setup.is_running("download"),
            on_click=start,
            args=args,
        )


def _draw_progress(setup: ModelSetup) -> None:
    download = setup.download
    if download is None:
        return
    if download.error is not None:
        st.error(plain(error_text(download.error, lang())), icon=":material/error:")
    elif download.running:
        done, total = (round(size / 1e9, 2) for size in (download.progress.done, download.progress.total))
        text = say("model_desk.downloading", model=plain(download.model), done=done, total=total)
        st.progress(download.progress.share, text=text)
    else:
        st.success(say("model_desk.downloaded", model=plain(download.model)), icon=":material/check:")


@errors.guarded
def use(**changes: str) -> None:
    """Put a model in force; what was found out about another one is forgotten."""
    services.change_settings(**changes)
    services.model_setup().trial = None
    for name, value in changes.items():  # what the form shows is its own until it is told otherwise
        st.session_state[f"setting-{name}"] = value
    st.session_state["saved"] = st.session_state["model-changed"] = True


def _named(model: str) -> str:
    return say("settings_page.option_auto") if model == "auto" else model
