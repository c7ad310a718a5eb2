"""A question for both sides, in its data part and its document part: 'does the report's figure match the table?',
'how many tickets were late, and why?'. None where it has one part only. Words are moved, never added but for fragments
('and why?') that the other part completes. It looks nothing up.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.records import Sounding
from core.router.phrases import cue, fold, pattern

Sound = Callable[[str], Sounding]
Rephrase = Callable[[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Parts:
    """What each side is asked; `compares` where the two are to be laid side by side."""

    data: str
    documents: str
    compares: bool
    about: str = ""


_MENTION_LEAD = {
    "en": r"(?:(?:according to|as per|in|of|from|by|with|per|on|to|into|than|against|that) )?(?:what )?"
    r"(?:(?:the|our|this|that|its|their|your|a) )?",
    "es": r"(?:(?:segun|en|de|con|por|a|que|frente a) )*"
    r"(?:(?:el|la|los|las|del|al|un|una|nuestr[oa]s?|su|sus|est[ea]|lo que) )*",
}
_BEFORE_NOUN = r"(?:\b(?!(?:and|or|the|of|on|in|for|with|to|does|do|is|agree|match|that|what)\b)[\w&'’.-]+ ){0,3}?"
_AFTER_NOUN = (
    r"(?: (?:anual|trimestral|semestral|mensual|provisional|preliminar|definitiv[oa]|de (?:{month})\b|"
    r"de (?!la\b|los\b|las\b|el\b|nuestr|\d)\w+))*"
)
_BARE = re.compile(
    r"^¿?\s*(?:and )?(?:who|whom|when|where|what|which|how(?: \w+)?|qui[eé]n(?:es)?|cu[aá]ndo|d[oó]nde|qu[eé]|"
    r"c[oó]mo|"
    r"cu[aá]l(?:es)?|cu[aá]nt[oa]s?)\s*\??$",
    re.I,
)
_NAME = re.compile(r"(?<=[a-záéíóúñ] )[A-ZÁÉÍÓÚÑ][\w&.-]*[a-zA-Z](?: [A-ZÁÉÍÓÚÑ][\w&.-]*)*")
_BY_SOURCE = re.compile(r"^¿?\s*(?:and )?(?:segun|according to|as per|per)\b")
_WHY = re.compile(r"^¿?\s*(?:and |but |y |pero )?¿?(why|por qu[eé])\s*\??$", re.I)


def split_question(question: str, lang: str, sound: Sound, rephrase: Rephrase) -> Parts | None:
    """The two parts of a question that wants both sides; None where it wants one.

    `sound` tells how well a text links to tables; `rephrase(fragment, question, lang)` asks the question anew.
    `Parts.about` is the document that is named."""
    parts = _split(question, lang, sound, rephrase)
    if parts is None:
        return None
    data = grown(parts.data, question, lang) if parts.compares else ""
    return replace(parts, data=data or parts.data, about=_mentions(question, lang))


def _split(question: str, lang: str, sound: Sound, rephrase: Rephrase) -> Parts | None:
    clauses = split_clauses(question, lang)
    first, rest = clauses[0], " ".join(clauses[1:])
    if rest:
        return _two_clauses(first, rest, lang, sound, rephrase)
    return _one_clause(question, lang, sound)


def split_clauses(question: str, lang: str) -> list[str]:
    """The question in two at its last boundary between clauses; whole where there is none."""
    text = " ".join(question.split()).strip()
    found = [m for m in _boundary(lang).finditer(fold(text)) if m.start() > 3 and m.end() < len(text) - 2]
    if not found:
        return [text]
    at = max(found, key=lambda match: (match.start() > 12, -abs(match.start() - 0.55 * len(text))))
    return [text[: at.start()].strip(" ,;"), text[at.end() :].strip(" ,;")]


@functools.cache
def _boundary(lang: str) -> re.Pattern[str]:
    """Where a clause ends and one that asks by itself begins."""
    joins = "and|but|as well as" if lang == "en" else "y|e|pero|ademas|asi como"
    asks = rf"¿?(?=(?:{cue('boundary', lang)})\b)"
    return re.compile(
        rf"(?:[,;]\s*|\s+)(?:{joins})\s+(?:also |tambien )?{asks}|[.?!;]\s+(?:(?:{joins})\s+)?¿?(?=\S)|,\s+{asks}"
    )


def is_bare_why(question: str) -> bool:
    """'Why?', '¿Y por qué?'"""
    return _WHY.match(question) is not None


# ---------------------------------------------------------------- one clause that names both sources


def _one_clause(question: str, lang: str, sound: Sound) -> Parts | None:
    """'Does the Q3 report agree with the sales table on net sales?': each side is asked without the other's name. A
    table need not be named where a document is to be compared with what the tables hold."""
    folded = fold(question)
    if not pattern("document", lang).search(folded):
        return None
    compares = (
        bool(pattern("compare", lang).search(folded)) or folded.count("segun") > 1 or folded.count("according") > 1
    )
    if not pattern("table", lang).search(folded) and not (compares and _is_about_rows(question, lang, sound)):
        return None
    data = _without_frame(_without_mentions(question, "document", lang), lang)
    documents = _without_frame(_without_mentions(question, "table", lang), lang)
    bare = _without_frame(_without_mentions(data, "table", lang), lang)
    data = bare if len(_content(bare, lang)) > 1 else data
    if not _own_words(documents, lang):
        documents = f"{data} {_mentions(question, lang)}"
    if not _content(data, lang) or not _content(documents, lang):
        return None
    return Parts(_as_question(data, lang), _as_question(documents, lang), compares)


def _is_about_rows(question: str, lang: str, sound: Sound) -> bool:
    """Whether what is compared is named by tables: its words link, and few say nothing there."""
    heard = sound(_without_frame(_without_mentions(question, "document", lang), lang))
    if heard.measured and (heard.left == 0 or not heard.unknown):
        return True
    return heard.words > 0 and heard.linked >= _LINKED and len(heard.unknown) <= heard.words / 3


def _without_mentions(text: str, group: str, lang: str) -> str:
    """`text` without the phrases that name a source of that group ('according to the annual report'); a period inside
    a phrase stays where the text has no other."""
    noun = pattern(group, lang).pattern
    before = _BEFORE_NOUN if lang == "en" else ""
    after = rf"(?:['’]s?)?(?: of (?:{cue('month', lang)})\b)?" if lang == "en" else ""
    after = after or _AFTER_NOUN.format(month=cue("month", lang))
    phrase = re.compile(rf"\b{_MENTION_LEAD[lang]}{before}{noun}{after}")
    if group == "table":  # 'the sales table', 'la tabla de ventas': what the table is about helps its side alone
        tail = r"(?: (?:de|of) [\w-]+)?" if lang == "es" else ""
        phrase = re.compile(rf"\b{_MENTION_LEAD[lang]}{before}{noun}{tail}")
    kept, place = [], 0
    for match in phrase.finditer(fold(text)):
        kept.append(text[place : match.start()])
        place = match.end()
        period = _PERIOD.search(text[match.start() : match.end()])
        if period and not _PERIOD.search(text[: match.start()] + text[match.end() :]):
            kept.append(f" {period.group()} ")
    return "".join([*kept, text[place:]])


_LINKED = 0.5
_PERIOD = re.compile(r"\b(?:(?:Q[1-4]|[1-4]T|H[12])(?: (?:of |de )?(?:19|20)\d{2})?|(?:19|20)\d{2})\b")


def _without_frame(text: str, lang: str) -> str:
    """`text` without the words that compare or report."""
    bare, place = "", 0
    for match in re.finditer(cue("frame", lang), fold(text)):
        bare += text[place : match.start()] + " "
        place = match.end()
    bare += text[place:]
    bare = re.sub(r"\s+([,.;?!])", r"\1", re.sub(r"\s+", " ", bare)).strip(" ,;.?¿!")
    dangling = r"(?:\s+(?:and|with|y|con|de|del|en|the|a|on|of|in|as|las|los|el|la|que|to|is|are))+$"
    bare = re.sub(dangling, "", bare, flags=re.I)
    return re.sub(r"^(?:(?:and|with|y|con|de|del|on|of|about|sobre|to|the|that)\s+)+", "", bare, flags=re.I)


def _as_question(text: str, lang: str) -> str:
    return text[:1].upper() + text[1:]


def _content(text: str, lang: str) -> list[str]:
    filler = set(cue("filler", lang).split("|"))
    return [word for word in re.findall(r"[^\W_]+", fold(text)) if word not in filler and len(word) > 1]


# ---------------------------------------------------------------- two clauses


def _two_clauses(first: str, second: str, lang: str, sound: Sound, rephrase: Rephrase) -> Parts | None:
    if _BARE.match(second):
        return None
    if _WHY.match(second):
        return Parts(first, rephrase(_WHY.match(second).group(1), first, lang), False)
    sides = [_leaning(clause, lang, sound) for clause in (first, second)]
    own = [_own_words(clause, lang) for clause in (first, second)]
    compares = bool(pattern("compare", lang).search(fold(f"{first} {second}"))) or _reports_twice(first, second, lang)
    if sides == ["documents", "data"] or (sides[0] != "data" and sides[1] == "data"):
        return _complete(second, first, own[1], own[0], lang, compares)
    if sides[1] == "documents" or (sides[0] == "data" and sides[1] != "data"):
        trend = _trend(first, lang)
        if trend:
            return Parts(trend, f"{first} {_mentions(second, lang)}".strip(), compares)
        if own[1] and pattern("pronoun", lang).search(fold(second)):  # what 'it' is stands in the other clause
            second = f"{second.strip(' ?')} {_owner(first, second, lang) or _topic(first, lang)}"
        return _complete(first, second, own[0], own[1], lang, compares)
    return None


def _owner(first: str, second: str, lang: str) -> str:
    """Whose 'their order', 'su pedido' is: the names of the first clause, where it has any."""
    if not pattern("possessive", lang).search(fold(second)):
        return ""
    return " ".join(found.group() for found in _NAME.finditer(first) if found.start() > 0)


def _topic(clause: str, lang: str) -> str:
    """What a clause is about: its words without those that count, ask and join."""
    folded = fold(clause)
    bare = pattern("quantity", lang).sub(lambda match: " " * len(match.group()), folded)
    kept = "".join(char if bare[place] == folded[place] else " " for place, char in enumerate(clause))
    filler = set(cue("filler", lang).split("|"))
    return " ".join(word for word in re.findall(r"[\w&.-]+", kept) if fold(word) not in filler)


def _complete(
    data: str, documents: str, data_words: list[str], document_words: list[str], lang: str, compares: bool
) -> Parts | None:
    """Each part whole: a clause without words of its own ('and what does the table give?') takes the other's."""
    if not data_words and not document_words:
        return None
    asked_data, asked_documents = data, documents
    if not data_words or (compares and len(data_words) < 2 and len(document_words) > 1):
        asked_data = _without_frame(_without_mentions(documents, "document", lang), lang)
    elif pattern("document", lang).search(fold(data)):
        asked_data = _without_frame(_without_mentions(data, "document", lang), lang) or data
    if not document_words:
        rest = _without_frame(_without_mentions(data, "table", lang), lang)
        asked_documents = f"{rest} {_mentions(documents, lang)}".strip()
    if not _content(asked_data, lang) or not _content(asked_documents, lang):
        return None
    return Parts(_as_question(asked_data, lang), _as_question(asked_documents, lang), compares)


def _mentions(text: str, lang: str) -> str:
    """The names of documents in `text`, without the words around them."""
    noun = pattern("document", lang).pattern
    before = _BEFORE_NOUN if lang == "en" else ""
    after = "" if lang == "en" else r"(?: (?:de |del )?[\w-]+)?"
    found = re.search(rf"{before}\b(?:{noun}){after}", fold(text))
    return text[found.start() : found.end()] if found else ""


def _own_words(clause: str, lang: str) -> list[str]:
    """What a clause says besides naming sources, reporting and comparing."""
    bare = _without_mentions(_without_mentions(clause, "document", lang), "table", lang)
    folded = fold(bare)
    if _BY_SOURCE.match(folded):
        return []
    for group in ("report", "compare", "anaphora"):
        folded = pattern(group, lang).sub(" ", folded)
    return _content(_PERIOD.sub(" ", folded.upper()), lang)


def _reports_twice(first: str, second: str, lang: str) -> bool:
    said = fold(f"{first} {second}")
    both = pattern("document", lang).search(said) and pattern("table", lang).search(said)
    return bool(both or _BY_SOURCE.match(fold(second)))


def _leaning(clause: str, lang: str, sound: Sound) -> str:
    """'documents', 'data' or '' for a clause: by the source it names, by what it asks, by how its words link."""
    folded = fold(clause)
    named = [group for group in ("document", "table") if pattern(group, lang).search(folded)]
    if len(named) == 1:
        return "documents" if named[0] == "document" else "data"
    if _BY_SOURCE.match(folded) and not named:  # 'y según las ventas': a table called by its name
        return "data"
    heard = sound(clause)
    prose = len(pattern("prose", lang).findall(folded)) - len(pattern("quantity", lang).findall(folded))
    if heard.words == 0:
        return "documents" if prose > 0 else ""
    linked = heard.linked - len(heard.unknown) / heard.words
    score = 1.6 * linked - 0.5 + (0.4 if heard.measured else 0.0) - 0.6 * prose
    return "data" if score > 0.3 else "documents" if score < 0.0 else ""


def _trend(clause: str, lang: str) -> str:
    """'why did the margin fall in Q3?' asks of the tables 'the margin by quarter'; '' where it is no such question."""
    text = clause.strip(" ¿?")
    match = _why_fell(lang).match(fold(text))
    if match is None:
        return ""
    what = text[match.start("what") : match.end("what")]
    whole = fold(f"{what} {text[match.end('what') :]}")
    has = {group: pattern(group, lang).search(whole) for group in ("quarter", "month")}
    year = re.search(r"\b(?:19|20)\d{2}\b", whole)
    grain = "quarter" if has["quarter"] else "month" if has["month"] or year else "year"
    lead = r"\b(?:(?:in|en|of|de|del|during|durante)\s+)?(?:(?:the|el)\s+)?(?:(?:first|second|third|fourth|last|"
    lead += rf"primer|segundo|tercer|cuarto|[uú]ltimo)\s+)?(?:{cue('quarter', lang)}|"
    lead += rf"{cue('month', lang)}|(?:19|20)\d{{2}})\b"
    what = " ".join(re.sub(lead, " ", what, flags=re.I).split())
    by = f"by {grain}" if lang == "en" else f"por {_GRAINS[grain]}"
    period = f" {'in' if lang == 'en' else 'en'} {year.group()}" if year else ""
    return f"{what} {by}{period}"


_GRAINS = {"quarter": "trimestre", "month": "mes", "year": "año"}


@functools.cache
def _why_fell(lang: str) -> re.Pattern[str]:
    if lang == "en":
        return re.compile(rf"^why (?:did|has|have|do|does|is|are|was|were) (?P<what>.+?) (?:{cue('fell', lang)})\b")
    return re.compile(rf"^por que (?:se )?(?:ha |han )?(?:{cue('fell', lang)}) (?P<what>.+)$")


def grown(data: str, question: str, lang: str) -> str:
    """'how much did the Nordics grow in 2025' asks of rows 'growth of sales in the Nordics by year', the measure being
    the table's that is named; '' where no growth is asked for."""
    folded = fold(data)
    if not pattern("growth", lang).search(folded):
        return ""
    rest = pattern("growth", lang).sub(lambda match: " " * len(match.group()), folded)
    kept = "".join(char if rest[place] == folded[place] else " " for place, char in enumerate(data))
    kept = re.sub(r"\b(?:in|en|during|durante|of|de)?\s*(?:19|20)\d{2}\b", " ", kept)
    kept = re.sub(_ASKS_HOW_MUCH, " ", " ".join(kept.split()), flags=re.I).strip(" ¿?.,")
    measure = _measured(question, lang)
    of = f"{measure} {'in' if lang == 'en' else 'en'} {kept}" if measure and measure not in fold(kept) else kept
    return f"growth of {of} by year" if lang == "en" else f"crecimiento de {of} por año"


_ASKS_HOW_MUCH = (
    r"^¿?(?:by )?(?:how much|what percentage|how)\b(?: (?:did|do|does|has|have))?|^¿?(?:en )?(?:cu[aá]nto|"
    r"qu[eé] porcentaje|"
    r"c[oó]mo)\b(?: (?:ha|han))?"
)


def _measured(question: str, lang: str) -> str:
    """What the table is about, by its name in the question: 'the sales data', 'según las ventas'."""
    noun = cue("table", lang)
    folded = fold(question)
    if lang == "en":
        found = re.search(rf"\b(?P<what>\w+) (?:{noun})\b", folded)
    else:
        found = re.search(
            rf"\b(?:{noun}) de (?:las |los |el |la )?(?P<what>\w+)|segun (?:las|los|la|el) (?P<name>\w+)\W*$", folded
        )
    told = next((name for name in found.groups() if name), "") if found else ""
    return "" if told in ("the", "our", "la", "el") else told
