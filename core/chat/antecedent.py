"""What a follow-up's pronoun can mean: the person, thing and place that the turn before was about. Patterns, no
parser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.chat.question import understand
from core.chat.spans import find_spans
from core.chat.words import fold


@dataclass(frozen=True, slots=True)
class Antecedent:
    """Phrases as they were written, '' where the turn before offers none. `about_person`: it was about a person."""

    person: str
    thing: str
    place: str
    about_person: bool


_OWNED = re.compile(r"\b[A-Z][\w&.\-]*['’]s (?:[a-z\-]+ ){0,3}[a-z\-]+(?= (?:in|for|on|at|during|of|since|by)\b|$)")
_SHORT = re.compile(r"^\*\*(.+?)\*\*")
_DETERMINER = {
    "en": re.compile(r"\b(?:the|our|my|this|that|these|those|an?)\s+(?=\w)", re.I),
    "es": re.compile(r"\b(?:el|la|los|las|nuestr[oa]s?|mis?|est[ea]s?|es[ea]s?|una?|del|al)\s+(?=\w)", re.I),
}
_PHRASE_STOP = {
    "en": frozenset(
        "is are was were be been do does did has have had will would can could should must may might in on at by from "
        "to for and or when where who which that what why how during since until before after about between per as "
        "under over than".split()
    ),
    "es": frozenset(
        "es son fue fueron era eran esta estan ha han hay en a por para y o cuando donde quien que cual como durante "
        "desde hasta antes despues sobre entre segun bajo tras se".split()
    ),
}
_JOINING = {"en": frozenset(("of", "with")), "es": frozenset(("de", "del", "con"))}
_ARTICLES = frozenset("the a an el la los las un una".split())
_DO = re.compile(r"^(?:\w+ ){1,8}?(?:do|does|did|will|would|can|could|should|must|may)\b", re.I)
_PARTICIPLE = re.compile(
    r"(?:re|un|pre|over)?(?:\w+ed|built|made|written|held|won|born|sold|bought|paid|sent|given|taken|known|found|led|lost|set|put|due|based|"
    r"located|valid|available|mandatory|effective)$",
    re.I,
)


def find_antecedent(previous: str, answered: str, lang: str) -> Antecedent:
    """What `previous` (a completed question) and the text of its answer were about."""
    text = previous.strip(" ¿?¡!.")
    want = understand(previous, lang).want
    owned = _OWNED.search(text) if lang == "en" else None
    names = [re.sub(r"['’]s?$", "", text[s.start : s.end]) for s in find_spans(text, lang) if s.sort == "name"]
    short = _SHORT.match(answered.strip())
    answer_name = _name(short.group(1), lang) if short else ""
    person = answer_name if want == "person" and answer_name else (names[-1] if names else "")
    place = answer_name if want == "place" and answer_name else (names[-1] if names else "")
    phrase = _phrase(text, lang)
    thing = owned.group().strip() if owned else phrase or (names[-1] if names else answer_name)
    phrase = thing if owned else phrase
    return Antecedent(person, thing, place, want == "person" or (bool(names) and not phrase))


def _name(text: str, lang: str) -> str:
    return (
        text
        if any(span.sort == "name" and span.end - span.start >= len(text) - 4 for span in find_spans("x " + text, lang))
        else ""
    )


def _phrase(text: str, lang: str) -> str:
    """The first noun phrase with a determiner: 'the lease with Alpha', 'el contrato de Iberdrola'."""
    found = noun_phrases(text, lang)
    if not found:
        return ""
    phrase = text[slice(*found[0])]
    return re.sub(r"^(?:del|al)\b", "el", phrase, flags=re.I)


def noun_phrases(text: str, lang: str) -> list[tuple[int, int]]:
    """Where the noun phrases that a determiner opens stand in `text`, in order, none inside another."""
    words = [(m.group(), m.start(), m.end()) for m in re.finditer(r"[\w'’\-./]+", text)]
    found: list[tuple[int, int]] = []
    for opened in _DETERMINER[lang].finditer(text):
        if found and opened.start() < found[-1][1]:
            continue
        end = _phrase_end(words, opened.end(), text, lang)
        if end > opened.end():
            found.append((opened.start(), end))
    return found


def _phrase_end(words, at: int, text: str, lang: str) -> int:
    run: list[tuple[str, int, int]] = []
    joined = False
    for word, start, end in words:
        if start < at:
            continue
        folded = fold(word)
        gap = text[run[-1][2] : start] if run else " "
        if gap.strip() or folded in _PHRASE_STOP[lang] or re.fullmatch(r"(?:19|20)\d\d", word):
            break
        if (
            lang == "es"
            and run
            and not joined
            and not _adjective(folded)
            and not word[0].isupper()
            and folded not in _JOINING["es"]
        ):
            break
        joined = folded in _JOINING[lang] or (joined and folded in _ARTICLES)
        run.append((word, start, end))
    while run and fold(run[-1][0]) in _JOINING[lang] | _ARTICLES:
        run.pop()
    if lang == "en" and len(run) > 1 and (_DO.match(text) or _PARTICIPLE.match(run[-1][0])):
        run.pop()
        while run and fold(run[-1][0]) in _JOINING[lang] | _ARTICLES:
            run.pop()
    return run[-1][2] if run else at


def _adjective(folded: str) -> bool:
    """A Spanish word after a noun that goes on with it rather than being its verb."""
    return folded.endswith(
        (
            "al",
            "ales",
            "ivo",
            "iva",
            "ivos",
            "ivas",
            "ico",
            "ica",
            "icos",
            "icas",
            "ario",
            "aria",
            "arios",
            "arias",
            "ble",
            "bles",
            "nte",
            "ntes",
            "oso",
            "osa",
            "ado",
            "ada",
            "ados",
            "adas",
            "eto",
            "eta",
            "uto",
            "uta",
            "no",
            "na",
        )
    )
