"""What of a question names its sources ('according to the annual report'), and what is left of it without that.

Words are cut, never added; positions in folded text are those of the text. It looks nothing up.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.records import Document, Table
from core.router.phrases import cue, fold, pattern

BY_SOURCE = re.compile(r"^¿?\s*(?:and )?(?:segun|according to|as per|per)\b")
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
_PERIOD = re.compile(r"\b(?:(?:Q[1-4]|[1-4]T|H[12])(?: (?:of |de )?(?:19|20)\d{2})?|(?:19|20)\d{2})\b")


@dataclass(frozen=True, slots=True)
class Sources:
    """How a question names its sources: the words of its language, and what this workspace calls them besides: the
    head nouns of its documents' names ('the review') and the names of its tables ('according to the bookings')."""

    lang: str
    nouns: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def pattern(self, group: str) -> re.Pattern[str]:
        """The names of 'document' or 'table' as whole words, on folded text."""
        return _source_pattern(group, self.lang, self.nouns if group == "document" else self.tables)


@functools.lru_cache(maxsize=256)
def _source_pattern(group: str, lang: str, names: tuple[str, ...]) -> re.Pattern[str]:
    general = pattern(group, lang).pattern
    if not names:
        return re.compile(general)
    own = "|".join(re.escape(name) for name in names)
    if group == "document":
        between = r"(?:(?!of\b|in\b|for\b|and\b|does\b|do\b|did\b)[\w'’-]+ ){0,2}" if lang == "en" else ""
        return re.compile(rf"{general}|\b{_THE[lang]} {between}(?:{own})\b")
    return re.compile(rf"{general}|\b{_BY[lang]} (?:{_THE[lang]} )?(?:{own})\b")


_THE = {"en": r"(?:the|our|this)", "es": r"(?:el|la|los|las|del|al|est[ea]|nuestr[oa]s?)"}
_BY = {"en": r"(?:according to|as per|agrees? with|match(?:es)?)", "es": r"(?:segun|coinciden? con|cuadran? con)"}


def sources_of(lang: str, documents: Iterable[Document], tables: Iterable[Table]) -> Sources:
    """What a workspace calls its sources. A noun that also names a table or a column says nothing of documents."""
    tables = list(tables)
    taken = {
        word for table in tables for name in (table.name, *(c.name for c in table.columns)) for word in _words(name)
    }
    nouns = {_head_noun(document) for document in documents} - taken - {stem + "s" for stem in taken} - {""}
    names = {" ".join(_words(table.name)) for table in tables}
    return Sources(lang, tuple(sorted(nouns)), tuple(sorted(name for name in names if len(name) > 3)))


def _head_noun(document: Document) -> str:
    """The noun of a file's name, dates and months left out: the last word of an English one, the first of a Spanish."""
    words = [word for word in _words(document.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]) if not _is_date(word)]
    noun = (words[-1] if document.lang == "en" else words[0]) if words else ""
    return noun if len(noun) > 3 else ""


def _is_date(word: str) -> bool:
    months = "|".join(cue("month", lang) for lang in ("en", "es"))
    return (
        word.isdigit() or re.fullmatch(rf"(?:{months})|[qt][1-4]|[1-4][qt]|v\d+|draft|borrador|final", word) is not None
    )


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", fold(text)) if word]


def without_mentions(text: str, group: str, sources: Sources) -> str:
    """`text` without the phrases that name a source of that group ('according to the annual report'); a period inside
    a phrase stays where the text has no other."""
    lang, noun = sources.lang, f"(?:{sources.pattern(group).pattern})"
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


def without_table_names(text: str, sources: Sources) -> str:
    """`text` without 'según los pedidos' where that names a table, if enough is left to be asked."""
    own = "|".join(re.escape(name) for name in sources.tables)
    found = re.search(rf"\b{_BY[sources.lang]} (?:{_THE[sources.lang]} )?(?:{own})\b", fold(text))
    if found is None:
        return text
    rest = " ".join(f"{text[: found.start()]} {text[found.end() :]}".split()).strip(" ,")
    return rest if content_words(rest, sources.lang) else text


def without_frame(text: str, lang: str) -> str:
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


def mentions_of(text: str, sources: Sources) -> str:
    """The names of documents in `text`, without the words around them."""
    lang, noun = sources.lang, sources.pattern("document").pattern
    before = _BEFORE_NOUN if lang == "en" else ""
    after = "" if lang == "en" else r"(?: (?:de |del )?[\w-]+)?"
    found = re.search(rf"{before}\b(?:{noun}){after}", fold(text))
    return text[found.start() : found.end()] if found else ""


def own_words(clause: str, sources: Sources) -> list[str]:
    """What a clause says besides naming sources, reporting and comparing figures."""
    lang = sources.lang
    bare = without_mentions(without_mentions(without_frame(clause, lang), "document", sources), "table", sources)
    folded = fold(bare)
    if BY_SOURCE.match(folded):
        return []
    for group in ("report", "compare", "anaphora", "figure"):
        folded = pattern(group, lang).sub(" ", folded)
    return content_words(_PERIOD.sub(" ", folded.upper()), lang)


def content_words(text: str, lang: str) -> list[str]:
    """The words of a text but for those that only join and ask, folded."""
    filler = set(cue("filler", lang).split("|"))
    return [word for word in re.findall(r"[^\W_]+", fold(text)) if word not in filler and len(word) > 1]


def topic_of(clause: str, lang: str) -> str:
    """What a clause is about: its words without those that count, ask and join."""
    folded = fold(clause)
    bare = pattern("quantity", lang).sub(lambda match: " " * len(match.group()), folded)
    kept = "".join(char if bare[place] == folded[place] else " " for place, char in enumerate(clause))
    filler = set(cue("filler", lang).split("|"))
    return " ".join(word for word in re.findall(r"[\w&.-]+", kept) if fold(word) not in filler)
