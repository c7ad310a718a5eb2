"""Questions that ask whether something is so: 'did we really sell 120 rooms?', '¿es verdad que…?', 'is that right?'.

What is claimed is told from the words that ask about it, and its figure turned into a question for it, so that both
sides can be asked what it is. It looks nothing up and judges no claim.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from core.i18n import MEASURE_WORDS, NUMBER_WORDS
from core.lexicon.bounds import bound_beside, bound_of
from core.router.mentions import content_words
from core.router.phrases import cue, fold


@dataclass(frozen=True, slots=True)
class Claim:
    """`said` is the statement without the words that ask about it, `figure` the amount in it as written, with its bound
    ('more than 50'); '0' where it says that there is none, '' where it has none. `unit` is what it is measured in."""

    said: str
    figure: str = ""
    unit: str = ""

    @property
    def amount(self) -> str:
        """The figure with its unit: '10 years'."""
        return f"{self.figure} {self.unit}".strip()

    def for_tables(self, lang: str) -> str:
        """The question for its figure, or the statement itself, which tables are asked as one."""
        said = without_report(self.said, lang)
        return asked_for_figure(said, lang) if self.figure else f"{said}."


def claim_in(question: str, lang: str) -> Claim | None:
    """What a question wants verified; None where it asks for anything else."""
    said = _without_asking(" ".join(question.split()), lang)
    if said is None or not content_words(said, lang):
        return None
    if _none(said, lang):
        return Claim(said, "0")
    every, found = _EVERY[lang].match(fold(said)), _figure(said, lang)
    if every:  # judged by those that break it; without a bound none is told
        return Claim(said, "0" if found and _opposite(said, found, lang) else "")
    if found is None:
        return Claim(said)
    before, figure, after, (lead, tail) = _around(said, found)
    bound = before.split()[len(before.split()) - lead :]
    if "%" in figure and _FALLING[lang].search(fold(said)):
        turned = _opposite(said, found, lang)
        return Claim(said, f"{turned} -{figure}" if turned else f"-{figure}")
    unit = re.match(rf"(?:{MEASURE_WORDS[lang]})\b", fold(after)) if not tail else None
    return Claim(said, " ".join((*bound, figure, *after.split()[:tail])), after[: unit.end()] if unit else "")


def _opposite(said: str, found: re.Match[str], lang: str) -> str:
    """The words for the bound that breaks the one beside a figure: 'less than' for 'at least'; '' where it has none."""
    before, _, after, (lead, tail) = _around(said, found)
    words = before.split()
    bound = bound_of(" ".join(words[len(words) - lead :]), " ".join(after.split()[:tail])) if lead or tail else ""
    return _BREAKS[lang].get(bound, "")


_BREAKS = {
    "en": {"over": "at most", "floor": "less than", "under": "at least", "ceiling": "more than"},
    "es": {"over": "como máximo", "floor": "menos de", "under": "al menos", "ceiling": "más de"},
}


def _around(said: str, found: re.Match[str]) -> tuple[str, str, str, tuple[int, int]]:
    """What stands before a figure, itself, what stands behind it, and how many words of either are its bound."""
    start, end = found.span("figure")
    before, after = said[:start].rstrip(), said[end:].strip(" ,")
    return before, said[start:end].strip(), after, bound_beside(before, after)


def _none(said: str, lang: str) -> re.Match[str] | None:
    """'No shelter has more than 100 places': of so many it says that there is none."""
    return _NONE[lang].match(fold(said))


def asked_for_figure(said: str, lang: str) -> str:
    """A statement as the question for its figure: 'the Fulmar carried 4,938 passengers' -> 'how many passengers the
    Fulmar carried', 'the average delay was 5.9 minutes' -> 'the average delay'; unchanged where it has none."""
    none = _none(said, lang)
    if none is not None:
        return _how_many(said[none.end() :], lang)
    every, found = _EVERY[lang].match(fold(said)), _figure(said, lang)
    if every and found is not None and _opposite(said, found, lang):
        before, figure, after, (lead, tail) = _around(said, found)
        kept = " ".join(before.split()[: len(before.split()) - lead])[every.end() :]
        rest = " ".join(after.split()[tail:])
        return _how_many(" ".join((kept, _opposite(said, found, lang), figure, rest)).strip(), lang)
    if found is None:
        return said
    before, _, after, (lead, tail) = _around(said, found)
    before = " ".join(before.split()[: len(before.split()) - lead])
    after = " ".join(after.split()[tail:])
    before = re.sub(_THERE[lang], r"were there" if lang == "en" else r"\1", before, flags=re.I)
    if "%" in found["figure"]:
        return f"{re.sub(r' (?:un|el|an?)$', '', before)} {after}".strip()
    equated = re.search(rf"(?:^|\s)(?P<verb>{cue('equals', lang)})$", fold(before))
    unit = re.match(rf"(?:{MEASURE_WORDS[lang]})\b", fold(after))
    money = found["coin"] or found["money"]
    if equated is None and money:
        return f"{_HOW_MUCH[lang]} {before} {after}".strip()
    if equated is None:
        joins = re.search(rf"(?:^|\s)(?:{_JOINS[lang]})\b|$", fold(after))
        thing, rest = after[: joins.start()], after[joins.start() :].strip()
        owns = re.fullmatch(r"(.+) (has|have|had)", before, re.I) if lang == "en" else None
        if owns:
            do = {"has": "does", "have": "do", "had": "did"}[owns[2].lower()]
            owner = re.sub(r"^(?:The|Our|We|They|It)\b", lambda word: word[0].lower(), owns[1])
            return _how_many(f"{thing} {do} {owner} have {rest}".strip(), lang)
        return _how_many(f"{thing} {_inverted(before, lang)} {rest}", lang)
    rest = f"{before[: equated.start()]} {after[unit.end() if unit else 0 :]}".strip()
    many = re.match(r"(?:son|are|were|fueron|eran)\b", equated["verb"]) and _SMALL.fullmatch(found["figure"].strip())
    return _how_many(rest, lang) if many and not money and not unit else rest


def without_report(said: str, lang: str) -> str:
    """`said` without who says it ('as the annual report says', 'that Ann gave', 'the figure for'); a comma stands where
    something was cut, so that what was apart stays apart."""
    said = said.strip(" ,.;")
    for group in ("verify_source", "verify_report"):
        while (found := _verifying(group, lang).search(fold(said))) is not None:
            said = f"{said[: found.start()].rstrip()}, {said[found.end() :].lstrip()}".strip(" ,.;")
    return said


def reports(said: str, lang: str) -> bool:
    """Whether it says that somebody said so."""
    return any(_verifying(group, lang).search(fold(said)) for group in ("verify_source", "verify_report"))


def _how_many(rest: str, lang: str) -> str:
    bare = re.sub(_OPENS[lang], "", rest.strip(), flags=re.I)
    if lang == "en":
        return f"how many {bare}"
    return f"{'cuántas' if re.match(r'[^ ]*(?:as?|[cs]iones|dades)(?: |$)', fold(bare)) else 'cuántos'} {bare}"


def _inverted(clause: str, lang: str) -> str:
    """'el Petrel tiene' -> 'tiene el Petrel', as a Spanish question has it."""
    words = clause.split()
    if lang == "es" and words and _VERB.search(fold(words[0])):  # 'Transportó el Tern': opening, it looked like a name
        return " ".join((words[0].lower(), *words[1:]))
    if lang == "en" or len(words) < 2 or fold(words[0]) == "se" or not _VERB.search(fold(words[-1])):
        return clause
    return " ".join((words[-1], *words[:-1]))


_NONE = {
    "en": re.compile(
        r"^(?:(?:there (?:is|are|was|were) )?no|none of (?:the|our)|not (?:a single|one)) (?!longer\b|more\b)"
    ),
    "es": re.compile(r"^(?:no hay )?ningun[oa]?(?: de l[ao]s)? "),
}
_EVERY = {
    "en": re.compile(r"^(?:every|each|all(?: of)?(?: the| our)?) "),
    "es": re.compile(r"^(?:tod[oa]s(?: l[ao]s| nuestr[oa]s)?|cada) "),
}
_FALLING = {
    "en": re.compile(r"\b(?:fell|fallen|dropped|decreased|declined|shrank|went down)\b"),
    "es": re.compile(r"\b(?:baj(?:o|aron)|ca(?:yo|yeron)|disminuy(?:o|eron)|descendi(?:o|eron)|se redu(?:jo|jeron))\b"),
}
_VERB = re.compile(r"(?:[oa]ron|ieron|[^aeiou]o|tienen?|ha)$")
_SMALL = re.compile(r"\d{1,4}|[^\W\d]+")  # what is counted one by one
_THERE = {"en": r"\bthere(?: (?:are|were|is|was))?$", "es": r"\b(hay|hubo)$"}
_HOW_MUCH = {"en": "how much", "es": "cuánto"}
_JOINS = {
    "en": r"in|on|of|at|for|by|and|or|to|from|during|with|as",
    "es": r"en|de|del|por|para|y|o|a|al|durante|con|como",
}
_OPENS = {"en": r"^(?:(?:the|our|there (?:are|were)|of)\s+)+", "es": r"^(?:(?:el|la|los|las|hay|hubo|de)\s+)+"}
_MONEY = r"(?:€|\$|£|us\$|eur|usd|gbp)"
_COINS = r"(?:€|\$|£|eur\b|usd\b|gbp\b|euros?\b|dollars?\b|dolares\b|pounds?\b|libras?\b|pesos?\b)"


@functools.cache
def _figures(lang: str) -> re.Pattern[str]:
    """A figure in digits or in a word; years, dates, parts of names and ordinals are none."""
    words = "|".join(sorted(NUMBER_WORDS[lang], key=len, reverse=True))
    months = cue("month", lang)
    number = rf"\d[\d.,]*\d|\d|{words}"
    return re.compile(
        rf"(?<![\w.,/–-])(?P<figure>(?P<money>{_MONEY})?\s?(?!(?:19|20)\d\d\b(?![.,]\d))(?:{number})"
        rf"(?:\s(?:million|thousand|millones|mil)\b)?(?:\s?%|\s?(?:de |of )?(?P<coin>{_COINS}))?)"
        rf"(?![\w/]|-\w| (?:de |of )?(?:{months})\b)"
    )


def _figure(said: str, lang: str) -> re.Match[str] | None:
    return _figures(lang).search(fold(said))


def _without_asking(question: str, lang: str) -> str | None:
    """The statement that a question asks about; None where it asks for no verification. 'Really' and 'as Ann said' ask
    for it only beside a figure."""
    text = question.strip(" ¿?¡!.")
    asked = False
    whole = _verifying("verify_whole", lang).match(fold(text))
    if whole is not None:
        return text[whole.start("said") : whole.end("said")]
    for group in ("verify_lead", "verify_tail"):
        found = _verifying(group, lang).search(fold(text))
        if found is not None:
            asked, text = True, f"{text[: found.start()]} {text[found.end() :]}".strip(" ,.;:¿?")
    inside = _verifying("verify_inside", lang).search(fold(text)) if asked or _polar(lang).match(fold(text)) else None
    if inside is not None and _figure(text, lang):
        asked, text = True, f"{text[: inside.start()].strip()} {text[inside.end() :].strip()}".strip(" ,")
    elif not asked and _figure(text, lang) and _polar(lang).match(fold(text)):
        asked = _verifying("verify_source", lang).search(fold(text)) is not None
    lead = _AUXILIARY[lang].match(fold(text))
    return (text[lead.end() :].strip() if lead else text) if asked else None


_AUXILIARY = {
    "en": re.compile(r"^(?:is|was|are|were|did|does|do|has|have|had)\b"),
    "es": re.compile(r"^(?:y|esta|estan)\b"),
}


@functools.cache
def _verifying(group: str, lang: str) -> re.Pattern[str]:
    return re.compile(cue(group, lang))


@functools.cache
def _polar(lang: str) -> re.Pattern[str]:
    """A question that is answered by yes or no: in Spanish one that opens with no word that asks."""
    if lang == "en":
        return re.compile(r"^(?:is|was|are|were|did|does|do|has|have|had)\b")
    return re.compile(rf"^(?!(?:{cue('wh', lang)})\b)\w")
