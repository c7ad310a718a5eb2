"""Text from data made harmless before it stands in a figure.

Plotly reads a subset of HTML in every label (`<b>`, `<a href>`, `<br>`), TeX between dollar signs, and `%{...}` in
templates; figures here use no templates, and this escapes the rest."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", '"': "&quot;", "'": "&#39;"}


def plain_text(value: Any, limit: int = 200) -> str:
    """One line without control or direction marks, cut with an ellipsis at `limit` characters."""
    text = _INVISIBLE.sub("", str(value)[: 4 * limit])
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape(value: Any, limit: int = 200) -> str:
    """`value` as text that Plotly shows as it is."""
    return "".join(_SIGNS.get(c, c) for c in plain_text(value, limit))
