"""The settings as one form, in groups: each with its effect in words and its default."""

from __future__ import annotations

import streamlit as st

from core import prompts
from core import settings as table
from core.errors import AppError
from core.models import adapters
from core.models.groundedness import tell_card
from pages.parts import errors, services
from pages.parts.language import NAMES, number, say
from pages.parts.plain import plain

GROUPS = {
    "look": ("language",),
    "answers": ("engine", "passages_per_answer", "unsupported_claims", "groundedness_model"),
    "model": (
        "chat_model",
        "endpoint_url",
        "chat_adapter",
        "temperature",
        "seed",
        "answer_tokens_max",
        "context_tokens_max",
        "model_timeout_s",
        "cases_at_once",
        "price_in_per_million",
        "price_out_per_million",
    ),
    "prompts": prompts.SETTINGS,
    "search": (
        "embedder",
        "retriever_adapter",
        "piece_tokens",
        "dense_weight_percent",
        "passage_tokens",
        "passage_overlap_tokens",
    ),
    "tables": ("sql_rows_max", "sql_result_max_mb", "sql_time_limit_ms", "sql_memory_limit_mb", "sql_processes_max"),
    "reading": (
        "ocr",
        "document_tables",
        "upload_max_mb",
        "parser_pages_max",
        "parser_time_limit_s",
        "parser_memory_mb",
    ),
    "watch": (
        "log_questions",
        "alert_p95_ms",
        "alert_failed_percent",
        "alert_not_found_percent",
        "alert_unsupported_percent",
        "alert_down_votes_percent",
        "alert_drift_percent",
        "minutes_by_hand",
        "hour_cost",
    ),
}
_OPEN = ("look", "answers")
_WORDS = ("auto", "off", "none", "builtin", "transformers", "openai", "all", "no_text", "nothing", "mark", "remove")
EMBEDDERS = (
    "builtin",
    "intfloat/multilingual-e5-small",
    "ibm-granite/granite-embedding-311m-multilingual-r2",
    "Qwen/Qwen3-Embedding-0.6B",
)


def draw_setting(name: str, fixed: set[str]) -> None:
    """One setting: its control, its effect in words, its default."""
    setting = table.known_setting(name)
    value = services.settings().get(name)
    common = {"label": say(f"settings.{name}"), "key": f"setting-{name}", "disabled": name in fixed}
    if name == "embedder":
        options = [*EMBEDDERS, *([value] if value not in EMBEDDERS else [])]
        st.selectbox(
            **common,
            options=options,
            index=options.index(value),
            accept_new_options=True,
            format_func=embedder_name,
        )
    elif name == "retriever_adapter":
        options = adapter_names(value)
        st.selectbox(**common, options=options, index=options.index(value), format_func=embedder_name)
    elif isinstance(setting.default, str) and setting.allowed:
        words = {option: _option(name, option) for option in setting.allowed}
        st.selectbox(**common, options=list(words), index=list(words).index(value), format_func=words.get)
    elif name in prompts.SETTINGS:
        _draw_prompt(name, value, common)
        return
    elif isinstance(setting.default, str):
        st.text_input(**common, value=value)
    elif setting.allowed:
        low, high = setting.allowed
        step = 0.1 if isinstance(setting.default, float) else max(1, setting.default // 20)
        st.number_input(**common, min_value=low, max_value=high, value=value, step=step)
    default = setting.default if isinstance(setting.default, str) else number(setting.default)
    shown = _option(name, default) if isinstance(setting.default, str) else default
    note = say("settings_page.fixed") if name in fixed else say("settings_page.default", value=plain(shown))
    st.caption(f"{say(f'settings.{name}_help')} {note}")
    if name == "groundedness_model" and (told := tell_card(services.settings())) is not None:
        st.caption(say(told[0], **{key: plain(str(part)) for key, part in told[1].items()}))


def _draw_prompt(name: str, value: str, common: dict) -> None:
    """Instructions in full, and the way back to those that come with the app."""
    st.text_area(**common, value=value or prompts.default_text(name), height=220, max_chars=prompts.MOST)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.form_submit_button(
            say("settings_page.restore"),
            icon=":material/undo:",
            type="tertiary",
            disabled=not value or common["disabled"],
            on_click=_restore,
            args=(name,),
            key=f"restore-{name}",
        )
        fixed = f" {say('settings_page.fixed')}" if common["disabled"] else ""
        st.caption(say(f"settings_page.prompt_{'changed' if value else 'default'}") + fixed, width="content")
    st.caption(say(f"settings.{name}_help"))


@errors.guarded
def _restore(name: str) -> None:
    st.session_state.pop(f"setting-{name}", None)
    services.change_settings(**{name: ""})
    st.session_state["saved"] = True


def adapter_names(chosen: str) -> list[str]:
    """What may be laid over the built-in embedder: adapters that passed their checks, and the one chosen."""
    passed = [name for name, card in adapters.list_adapters(services.settings(), "retriever") if card.passed]
    return list(dict.fromkeys(["builtin", "none", *passed, chosen]))


def embedder_name(option: str) -> str:
    return _option("embedder", option)


def _option(name: str, option: str) -> str:
    if name == "language" and option in NAMES:
        return NAMES[option]
    return say(f"settings_page.option_{option}") if option in _WORDS else option


@errors.guarded
def save() -> None:
    held = services.settings()
    fixed = table.fixed_by_environment()
    names = [name for group in GROUPS.values() for name in group if name not in fixed]
    given = {name: st.session_state[f"setting-{name}"] for name in names if f"setting-{name}" in st.session_state}
    typed = {name: table.check_value(name, value) for name, value in given.items()}
    changes = {name: value for name, value in typed.items() if value != held.get(name)}
    address = changes.get("endpoint_url", "http://")
    if not address.startswith(("http://", "https://")):  # refused here, not when settings are read: the app must open
        raise AppError("errors.setting_address", name="endpoint_url", value=address)
    if not changes:
        return
    services.change_settings(**changes)
    if "language" in changes:
        st.session_state.pop("language", None)
    st.session_state["saved"] = True


def draw() -> None:
    fixed = table.fixed_by_environment()
    with st.form("settings", border=False):
        for group, names in GROUPS.items():
            with st.expander(say(f"settings_page.group_{group}"), expanded=group in _OPEN, key=f"group-{group}"):
                for name in names:
                    draw_setting(name, fixed)
        st.form_submit_button(say("settings_page.save"), type="primary", icon=":material/check:", on_click=save)
