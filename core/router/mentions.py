"""What of a question names its sources ('according to the annual report'), and what is left of it without that.

Words are cut, never added; positions in folded text are those of the text. It looks nothing up.
"""

from __future__ import annotations

import re

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


def without_mentions(text: str, group: str, lang: str) -> str:
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


def mentions_of(text: str, lang: str) -> str:
    """The names of documents in `text`, without the words around them."""
    noun = pattern("document", lang).pattern
    before = _BEFORE_NOUN if lang == "en" else ""
    after = "" if lang == "en" else r"(?: (?:de |del )?[\w-]+)?"
    found = re.search(rf"{before}\b(?:{noun}){after}", fold(text))
    return text[found.start() : found.end()] if found else ""


def own_words(clause: str, lang: str) -> list[str]:
    """What a clause says besides naming sources, reporting and comparing."""
    bare = without_mentions(without_mentions(clause, "document", lang), "table", lang)
    folded = fold(bare)
    if BY_SOURCE.match(folded):
        return []
    for group in ("report", "compare", "anaphora"):
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
