"""In what order a question wants its rows, and which end of it: superlatives, 'highest first', 'sorted by'.

What is ordered by is told elsewhere. It knows no catalog but through the links of the question.
"""

from __future__ import annotations

from core.sql.language.lexicon import read_cues
from core.sql.language.words import Token, stem
from core.sql.linking.link import Links

_ORDERING = frozenset(stem(word) for word in read_cues()["measures"]["ordering"].split())
HIGH = frozenset(stem(w) for w in read_cues()["measures"]["high"].split())
LOW = frozenset(stem(w) for w in read_cues()["measures"]["low"].split())


def is_ordering(tokens: list[Token], place: int) -> bool:
    """'ordered by', 'sort them by': the word at a place says by what rows are put in order; it splits nothing."""
    near = range(max(0, place - 2), place)
    return any(
        stem(tokens[p].word) in _ORDERING
        and not _names_orders(tokens[p], tokens[p - 1 : p])
        and not (p + 1 < place and stem(tokens[p + 1].word) in _OF_ORDERS)  # 'average order value by country'
        for p in near
    )


_OF_ORDERS = frozenset(stem(word) for word in ("value", "size", "amount", "total", "count", "volume", "quantity"))


def _names_orders(token: Token, before: list[Token]) -> bool:
    """'orders by region', 'pedidos por canal', 'revenue per order by region': the thing, not the sorting."""
    if before and before[0].word == "per":
        return True
    source = token.source.lower()
    return stem(token.word) == "order" and (source == "orders" or not source.startswith(("order", "orden")))


def has_superlative(links: Links) -> bool:
    """Whether an end of an order is asked for."""
    return bool(superlatives(links))


def find_sorting(links: Links) -> tuple[bool, frozenset[int]] | None:
    """(largest first, the places that say so) of 'highest first', 'slowest first', 'from most to least', 'from the most
    generous to the least', 'descending': rows are put in order, none is left out."""
    roots = [stem(token.word) for token in links.tokens]
    for place, root in enumerate(roots):
        if root in ("descend", "ascend"):
            return root == "descend", frozenset((place,))
        ends = next((n for n in (2, 3) if place + n + 1 == len(roots) and roots[-1] == "first"), 1)
        leads = roots[place + ends : place + ends + 1] == ["first"]  # ', largest total first'
        if _ranks(links.tokens[place]) and leads:
            grows = roots[place + 1] == "grow"  # 'fastest-growing' is no shortest time
            return grows or links.tokens[place].word not in _LOW_FIRST, frozenset(range(place, place + ends + 1))
        if _ranks(links.tokens[place]) and place:
            end = _other_end(links.tokens, place)
            if end:
                return links.tokens[place].word not in _LOW_FIRST, frozenset(range(place, end))
    return None


def asked_order(links: Links) -> tuple[int, bool | None] | None:
    """(the place of the word that asks for rows in order, whether falling: None where that is not said); None where no
    order is asked for."""
    roots = [stem(token.word) for token in links.tokens]
    spoken = (p for p, token in enumerate(links.tokens) if roots[p] in _SORTS or _is_order(token))
    place, sorting = next(spoken, None), find_sorting(links)
    if place is None:
        return (min(sorting[1]), sorting[0]) if sorting else None
    if {"descend", "decreas", "revers"} & set(roots):
        return place, True
    return place, False if {"ascend", "increas", "alphabet", "lexicograph"} & set(roots) else None


_SORTS = frozenset(("sort", "alphabet", "lexicograph", "ascend", "descend"))


def _is_order(token: Token) -> bool:
    """'ordered by', 'in order of', 'in descending order': the sorting, which names no table of orders."""
    return token.kind == "cue" and token.word in ("order", "ordered")


SUPERLATIVES = {name: frozenset(words.split()) for name, words in read_cues()["superlatives"].items()}
_LOW_FIRST = (SUPERLATIVES["low"] | frozenset(read_cues()["measures"]["low"].split())) - {"slowest"} | {
    "fastest", "quickest",
}  # fmt: skip
_REACH = 4  # words from one end of an order to the other: 'from the most generous one to the least'


def _ranks(token: Token) -> bool:
    """A word for one end of a row: 'highest', 'least', 'slowest', 'neediest'; no end of time."""
    known = stem(token.word) in HIGH | LOW or token.word in SUPERLATIVES["high"] | SUPERLATIVES["low"]
    return (known or (token.word.endswith("est") and len(token.word) > 5)) and token.word not in _TIMES


_TIMES = frozenset("first last recent newest latest oldest earliest youngest".split())


def _other_end(tokens: list[Token], place: int) -> int:
    """Behind the superlative at `place`, the place after the other end that 'to' leads to; 0 where there is none.
    'al menos' says 'at least' as well as 'to the least'."""
    for turn in range(place + 1, min(place + _REACH, len(tokens) - 1)):
        behind = turn + 1 + (tokens[turn + 1].word == "the" and turn + 2 < len(tokens))
        counts = behind + 1 < len(tokens) and tokens[behind + 1].kind in ("number", "number_word")
        if tokens[turn].word in ("to", "at") and _ranks(tokens[behind]) and not counts:
            named = tokens[behind].word in ("most", "least") and tokens[turn].word == "to"
            return min(behind + 1 + named, len(tokens))
    return 0


def takes_away(links: Links, place: int) -> bool:
    """'importe menos coste', 'sales minus cost': a column before the word and one behind it."""
    if links.tokens[place].word != "minus" and links.tokens[place].source.lower() not in ("menos", "less"):
        return False
    named = [m for ms in links.columns.values() for m in ms if m.score >= 0.85]
    return any(m.end == place for m in named) and any(m.start == place + 1 for m in named)


def superlatives(links: Links) -> list[int]:
    """Places of superlatives; 'more than', 'or more', 'at least' and 'highest first' are none."""
    found = []
    _, sorting = find_sorting(links) or (False, frozenset())
    for place, token in enumerate(links.tokens):
        compared = any(t.word == "than" for t in links.tokens[place + 1 : place + 3])
        compared = compared or (place > 0 and links.tokens[place - 1].word in ("or", "at"))
        if stem(token.word) in HIGH | LOW and not compared and place not in sorting and not takes_away(links, place):
            found.append(place)
    return found
