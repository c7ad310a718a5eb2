"""The visitor's language, and words, numbers, sizes and dates in it. Messages are in core/locales."""

from __future__ import annotations

import datetime
from typing import Any

import streamlit as st

from core import i18n

NAMES = {"en": "English", "es": "Español"}


def lang() -> str:
    """'es' or 'en': chosen in this session, else fixed in the settings, else what the browser asks for."""
    chosen = st.session_state.get("language")
    if chosen in i18n.LANGUAGES:
        return chosen
    return browser_language()


def browser_language() -> str:
    wanted = (st.context.locale or "").lower()
    return "es" if wanted.startswith(("es", "ca", "gl", "eu")) else "en"


def say(key: str, **params: Any) -> str:
    return i18n.translate(key, lang(), **params)


def say_count(key: str, n: int, **params: Any) -> str:
    return i18n.plural(key, n, lang(), **params)


def number(value: float, decimals: int | None = None) -> str:
    return i18n.format_number(value, lang(), decimals)


def percent(share: float, decimals: int = 1) -> str:
    """A share as 88,2 % (es) or 88.2% (en), never broken across lines."""
    sign = "\N{NO-BREAK SPACE}%" if lang() == "es" else "%"
    return number(100 * share, decimals) + sign


def size(n: int) -> str:
    """Bytes as a person reads them: 812 B, 34 kB, 1.2 MB."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n >= step:
            return f"{number(n / step, 0 if n >= 10 * step else 1)} {unit}"
    return f"{n} B"


def duration(ms: float) -> str:
    return f"{number(ms, 0)} ms" if ms < 1000 else f"{number(ms / 1000, 1)} s"


def moment(iso: str) -> datetime.datetime:
    """A stored moment (UTC) in the visitor's time zone, without it."""
    offset = st.context.timezone_offset or 0
    utc = datetime.datetime.fromisoformat(iso).astimezone(datetime.UTC).replace(tzinfo=None)
    return utc - datetime.timedelta(minutes=offset)


def date(iso: str) -> str:
    """A stored moment as 23/11/2026 (es) or 2026-11-23 (en)."""
    return moment(iso).strftime("%d/%m/%Y" if lang() == "es" else "%Y-%m-%d")
