"""What a question wants: its kind (who, when, list, summarise ...), the sort of thing that answers it, its own words.

Rules are ordered: the first that matches the folded question (lower case, no accents) decides. It reads no documents.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.chat.alternatives import read_alternatives
from core.chat.words import Word, fold

Kind = Literal["fact", "define", "how", "why", "list", "compare", "summarise", "yes_no"]
Want = Literal[
    "person",
    "date",
    "year",
    "time",
    "place",
    "number",
    "money",
    "percent",
    "duration",
    "code",
    "email",
    "phone",
    "link",
    "",
]


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as read. `want` is the sort of span that answers it ('' where nothing tells);
    `unit` the counted noun of 'how many x'; `sides` the two things of a comparison, `shared` what is asked of
    both ('net sales in')."""

    text: str
    lang: str
    kind: Kind
    want: Want
    unit: str = ""
    sides: tuple[str, ...] = ()
    shared: str = ""


_CUES = Path(__file__).with_name("cues.toml")
_UNIT = {
    "en": re.compile(r"\bhow many (?:of the |different )?([\w\-]+)"),
    "es": re.compile(r"\bcuant[oa]s (?:de los |de las )?([\w\-]+)"),
}
_SIDES = {
    "en": (
        re.compile(r"\b(?:between|compare|do|does|of) (.+?) (?:and|with|to|versus|vs\.?|from) (.+?)(?:\?|$)", re.I),
        re.compile(r"^(.+?) (?:versus|vs\.?|compared (?:to|with)) (.+?)(?:\?|$)", re.I),
    ),
    "es": (
        re.compile(r"\b(?:entre|compara\w*|de) (.+?) (?:y|e|con|frente a|versus|vs\.?) (.+?)(?:\?|$)", re.I),
        re.compile(r"^(.+?) (?:frente a|versus|vs\.?|en comparaci[oó]n con) (.+?)(?:\?|$)", re.I),
    ),
}


_SHARED = re.compile(r"(.+ (?:in|of|for|on|en|de|del|para|sobre)) (.+)$", re.I)
_OF = re.compile(r"^(?:del?|of) ", re.I)
_TRAILING = re.compile(
    r"(.+?) (?:in terms of|with regard to|regarding|in|by|en cuanto a|respecto a|en|por) (.+)$", re.I
)
_DIFFER = re.compile(r"\b(?:differences?|differ|diferencias?|diferencian?)\b")
_OWNED = re.compile(r"(.+?)['’]s? (.+)$")
_WHO_IS = re.compile(r"^(?:who (?:is|was)|¿?qui[eé]n (?:es|era|fue)) [A-ZÁÉÍÓÚÑ][^?]*\?*$", re.I)
_NAME = re.compile(r"^\S+ \S+ [A-ZÁÉÍÓÚÑ]")


@functools.cache
def _rules(lang: str) -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    cues = tomllib.loads(_CUES.read_text(encoding="utf-8"))[lang]
    return {group: tuple((name, re.compile(pattern)) for name, pattern in rules) for group, rules in cues.items()}


def understand(question: str, lang: str) -> Understood:
    """The kind of `question`, and what sort of span answers it; `lang` is 'en' or 'es'."""
    text = " ".join(question.split())
    folded = fold(text).strip(" .!")
    kind = _first(_rules(lang)["kinds"], folded) or "fact"
    want = _first(_rules(lang)["wants"], folded) or ""
    if _WHO_IS.match(text) and _NAME.match(text):
        kind, want = "define", ""
    if want and kind in ("define", "list", "yes_no"):
        kind, want = _settle(kind, want, folded)
    if kind in ("summarise", "compare", "why", "how") and want not in ("person",):
        want = ""
    offered = read_alternatives(text, lang)
    if offered is not None:
        sides = offered.one, offered.other
        return Understood(text, lang, "compare", offered.want, sides=sides, shared=offered.shared)
    unit = _UNIT[lang].search(folded)
    shared, *sides = _sides(text, lang) if kind == "compare" else ("",)
    return Understood(text, lang, kind, want, unit.group(1) if unit else "", tuple(sides), shared)


def topic_words(understood: Understood, words: Sequence[Word]) -> list[Word]:
    """What a summary is asked on: the question's content words without those that ask for it or say 'report'."""
    folded = fold(understood.text)
    cues = [match.span() for _, cue in _rules(understood.lang)["topic"] for match in cue.finditer(folded)]
    return [word for word in words if not any(a <= word.start < b for a, b in cues)]


def _settle(kind: Kind, want: Want, folded: str) -> tuple[Kind, Want]:
    """A list of figures is a list; 'what is the price of x' asks for a figure, not for a definition."""
    if kind == "list" and want in ("person", "place"):
        return kind, ""
    if kind == "yes_no":
        return kind, ""
    return "fact", want


def _first(rules, folded: str):
    for name, pattern in rules:
        if pattern.search(folded):
            return name
    return None


def _sides(text: str, lang: str) -> tuple[str, ...]:
    for pattern in _SIDES[lang]:
        match = pattern.search(text)
        if match:
            return _without_shared(*(side.strip(" ¿?.,") for side in match.groups()))
    return ("",)


def _without_shared(first: str, second: str) -> tuple[str, ...]:
    """'net sales in the North' and 'the South', 'North' and 'South's sales', or 'North' and 'South in net sales': what
    is asked of both, then each."""
    first, second = _OF.sub("", first), _OF.sub("", second)
    shared, owned, trailing = _SHARED.match(first), _OWNED.match(second), _TRAILING.match(second)
    if shared and not _SHARED.match(second):
        return (shared.group(1), shared.group(2), second)
    if owned and len(first.split()) < 4:
        return (owned.group(2), re.sub(r"['’]s?$", "", first), owned.group(1))
    if trailing and not shared and len(first.split()) < 4:
        return (trailing.group(2), first, trailing.group(1))
    return ("", first, second)


def one_side(understood: Understood, side: str) -> Understood:
    """The question that asks of one side what a comparison asks of both: what it is, where two notions differ."""
    text = f"{understood.shared} {side}".strip()
    asked = f"what was the {text}" if understood.lang == "en" else f"cuáles fueron las {text}"
    notion = not understood.shared and text == text.lower() and not any(map(str.isdigit, text))
    if notion and _DIFFER.search(fold(understood.text)):
        return Understood(text, understood.lang, "define", "")
    return Understood(text, understood.lang, "fact", understood.want or understand(asked, understood.lang).want)
