"""Headers and charts in words: 'sum(total_freight)' becomes 'Sum of total freight', a chart 'Sales by month'.

Headers are the user's own and are not translated, only spaced; the words around them follow the language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.i18n import translate

_CALL = re.compile(r'^"?(\w+)"?\s*\(\s*(distinct\s+)?((?:\w+\.)?"(?:[^"]|"")+"|[^()]*?)\s*\)$', re.I)
_KNOWN_CALLS = {
    "sum": "sum", "avg": "avg", "mean": "avg", "min": "min", "max": "max", "median": "median",
    "count": "count", "year": "year", "month": "month", "quarter": "quarter", "monthname": "month", "hour": "hour",
}  # fmt: skip


def humanise(name: str, lang: str) -> str:
    """A header as words. Unknown expressions stay as they are written."""
    found = _CALL.match(name.strip())
    if (found and found[1].lower() == "count_star") or name.replace(" ", "").lower() in {"count(*)", "count(1)"}:
        return translate("charts.header.rows", lang)
    if found and found[1].lower() in _KNOWN_CALLS:
        key = _KNOWN_CALLS[found[1].lower()]
        if key == "count" and found[2]:
            key = "distinct"
        return translate(f"charts.header.{key}", lang, of=_spaced(found[3].split(".")[-1].strip('"')))
    words = _spaced(name.strip().strip('"')) if "(" not in name or re.search(r"\s\(", name) else name
    return words[:1].upper() + words[1:]


def _spaced(name: str) -> str:
    words = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", name)
    if words != name:
        words = " ".join(w if w.isupper() else w.lower() for w in words.split())
    return re.sub(r"\s+", " ", words.replace("_", " ")).strip()


def lower_first(text: str) -> str:
    """For the middle of a sentence: 'Net sales' -> 'net sales', but 'GDP' stays."""
    return text[:1].lower() + text[1:] if len(text) > 1 and not text[1].isupper() else text


def join_words(words: Sequence[str], lang: str) -> str:
    """'a, b and c' / 'a, b y c' (e before an i sound)."""
    if len(words) < 2:
        return "".join(words)
    link = translate("charts.and", lang)
    if lang == "es" and re.match(r"h?[ií](?![aeoáéó])", words[-1], re.I):
        link = "e"
    return f"{', '.join(words[:-1])} {link} {words[-1]}"


def title_of(kind: str, x: str | None, y: Sequence[str], color: str | None, lang: str) -> str:
    """The title of a chart made of these fields."""
    measures = [humanise(name, lang) for name in y]
    named = join_words(measures[:1] + [lower_first(m) for m in measures[1:]], lang)
    if kind == "table" or kind == "number":
        return named
    label = lower_first(humanise(x, lang)) if x else ""
    if kind == "histogram":
        return translate("charts.title.distribution", lang, of=label)
    if kind == "scatter":
        return translate("charts.title.against", lang, measure=named, label=label)
    labels = [label] if label else []
    if color and color != x:
        labels.append(lower_first(humanise(color, lang)))
    if not labels:
        return named
    return translate("charts.title.by", lang, measure=named, label=join_words(labels, lang))
