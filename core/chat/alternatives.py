"""Questions that offer two things to choose from ('which is cheaper, the X or the Y?', 'is X older than Y?'): the two,
and what is to be asked of each.

It reads the question alone and answers nothing; `compared` asks of each side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.chat.words import fold

_ARTICLE = re.compile(r"^(?:the|an?|el|la|los|las|un|una)\s+|^(?:el|la|los|las)\s+(?=del?\s)", re.I)
_OF = re.compile(r"^(?:del?|of)\s+(?:(?:el|la|los|las|the)\s+)?", re.I)
_OPENER = re.compile(
    r"^¿?(?:(?:is|was) it (?:\w+ )?(?:true|correct|right|so|the case) that|"
    r"(?:es|era) (?:verdad|ciert[oa]|correct[oa]) que)\s+",
    re.I,
)
_CHOICE = {
    "en": re.compile(r"^(?:which|what|who)\b(?P<asked>[^,:]+)[,:] (?P<one>[^,]+?) or (?P<other>[^,?]+?)\?*$", re.I),
    "es": re.compile(
        r"^¿?(?:cu[aá]l|qu[eé]|qui[eé]n)\b(?P<asked>[^,:]+)[,:] ¿?(?P<one>[^,]+?) [ou] (?P<other>[^,?]+?)\?*$", re.I
    ),
}
_THAN = {
    "en": re.compile(
        r"^(?:is|are|does|do|has|have|was|were|did) (?P<one>(?:(?:the|an?|our) )?(?!(?:the|an?) )\S+(?: .+?)??) "
        r"(?P<asked>(?:\w+ )?(?:\w+er|more \w+|less \w+)(?: \w+)?) than (?P<other>.+?)\?*$",
        re.I,
    ),
    "es": re.compile(
        r"^¿?(?P<verb>es|son|era|fue|tiene|tuvo|pesa|pes[oó]|cuesta|cost[oó]|dura|dur[oó]|vence|venci[oó]|gana|"
        r"gan[oó]|paga|pag[oó]) (?P<asked>m[aá]s \w+|menos \w+|mayor|menor|antes) "
        r"(?P<one>.+?) que (?P<other>.+?)\?*$",
        re.I,
    ),
}
_ASKS = r"(?!(?:how|which|what|who|when|where|why|cu[aá]\w+|qu[eé]|qui[eé]n\w*)\b)"
_SAID = {  # the same as a statement; 'more than 5', 'than the average' compare with no other thing
    "en": re.compile(
        rf"^{_ASKS}(?P<one>.+?) (?:is|are|was|were|has|have|had|(?=costs?|lasts?|takes?|weighs?)) ?"
        r"(?P<asked>(?:\w+ )?(?:\w+er|more|less)(?: (?!than\b)\w+){0,2}) than (?!\W?\d|(?:the )?(?:average|mean)\b)"
        r"(?P<other>[^,]+?)[?.]*$",
        re.I,
    ),
    "es": re.compile(
        rf"^¿?{_ASKS}(?P<one>.+?) (?P<verb>es|son|era|fue|tiene|tuvo|pesa|pes[oó]|cuesta|cost[oó]|dura|dur[oó]|vence|"
        r"venci[oó]) (?P<asked>(?:m[aá]s|menos)(?: (?!que\b)\w+){0,2}|mayor|menor|antes) que (?!\W?\d|la media\b)"
        r"(?P<other>[^,]+?)[?.]*$",
        re.I,
    ),
}
# What a word of comparison measures, over folded text; the rest measures what stands beside it ('more memory').
_MEASURES = {
    "en": (
        (r"cheap\w*|expensive|dear\w*|costs? (?:more|less)", "price", "money"),
        (r"heav\w+|light(?:er|est)", "weight", "number"),
        (r"(?:lasts?|lasted) (?:longer|longest)|(?:takes?|took) (?:longer|longest)", "duration", "duration"),
        (r"long(?:er|est)|short(?:er|est)", "duration length", ""),
        (r"old(?:er|est)|young\w*", "age", ""),
        (r"earl\w+|soon\w*|lat(?:er|est)|first|last|before|after", "", "date"),
        (r"big\w*|large\w*|small\w*", "size", "number"),
    ),
    "es": (
        (r"barat\w+|car[oa]s?|(?:cuesta|costo) (?:mas|menos)", "precio", "money"),
        (r"pesad\w+|liger\w+|(?:pesa|peso) (?:mas|menos)", "peso", "number"),
        (r"(?:dura|duro) (?:mas|menos)", "duración", "duration"),
        (r"larg\w+|cort\w+", "duración", ""),
        (r"antigu\w+|viej\w+|joven\w*", "antigüedad", ""),
        (r"antes|despues|primero|primera|mas tarde|mas pronto", "", "date"),
        (r"grandes?|pequen\w+", "tamaño", "number"),
    ),
}
_COMPARES = re.compile(
    r"\b(?:more|most|less|least|fewer|fewest|better|best|worse|worst|higher|highest|lower|lowest|greater|greatest|mas|menos"
    r"|mayor(?:es)?|menor(?:es)?|mejor|peor)\b"
)
_COUNTS = re.compile(r"\b(?:more|most|fewer|fewest|mas|menos) [^\W\d_]{3,}")
_AMONG = re.compile(r"^(.+?) ((?:in|on|for|during|at|en|durante|para|por) .+)$", re.I)
_IDLE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|the|of the two|es|son|fue|tiene|tienen|tuvo|el|la)\b"
)


@dataclass(frozen=True, slots=True)
class Alternatives:
    """`one` and `other` as they are called; `shared` is what is asked of both, `want` the sort of thing that tells,
    '' where its words do."""

    one: str
    other: str
    shared: str
    want: str


def read_alternatives(text: str, lang: str) -> Alternatives | None:
    """The two things that a question lets one choose from by some measure; None where it does no such thing."""
    text = _OPENER.sub("", text)
    match = _CHOICE[lang].match(text) or _THAN[lang].match(text) or _SAID[lang].match(text)
    if match is None:
        return None
    asked = f"{match.groupdict().get('verb') or ''} {match['asked']}".strip()
    one, other, among = _name(match["one"]), _name(match["other"]), ""
    if not _AMONG.match(one) and (trailing := _AMONG.match(other)):  # 'the car or the van in winter'
        other, among = trailing.groups()
    folded = fold(asked)
    for pattern, noun, want in _MEASURES[lang]:
        if re.search(rf"\b(?:{pattern})\b", folded):
            shared = _without(asked, re.compile(rf"\b(?:{pattern})\b"))
            return Alternatives(one, other, " ".join(f"{shared} {noun} {among}".split()), want)
    if not _COMPARES.search(folded):
        return None
    want = "number" if _COUNTS.search(folded) else ""
    return Alternatives(one, other, f"{_without(asked, _COMPARES)} {among}".strip(), want)


def _name(side: str) -> str:
    """A side without its article: 'el de limpieza' is 'limpieza'."""
    return _OF.sub("", _ARTICLE.sub("", side.strip(" ¿?.,")))


def _without(asked: str, pattern: re.Pattern[str]) -> str:
    """`asked` without what a pattern finds in it folded, and without words that say nothing."""
    folded = fold(asked)
    gone = [match.span() for found in (pattern, _COMPARES, _IDLE) for match in found.finditer(folded)]
    kept = [char for place, char in enumerate(asked) if not any(a <= place < b for a, b in gone)]
    return " ".join("".join(kept).split())
