"""A clause of a statement that is its source's but for what it is about: 'office staff work in shifts' where the source
has 'plant staff work in shifts, office staff come at nine'. What was put in stands in another clause of that sentence,
or is another name of the page; what it took the place of is left out.

It wants most of the source's clause, with the same words on both sides, and says nothing of freer wording.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from core.validation.evidence import Evidence, Finding
from core.validation.measures import Quantity, fold
from core.validation.places import Segment, holds
from core.validation.vocabulary import Word
from core.validation.word_lists import lexicon

_CUT = re.compile(
    r"[;:()—–]|,\s|\s(?=(?:and|but|while|whereas|although|otherwise|against|versus|compared|y|e|pero|mientras|aunque|frente|"
    r"sino|or|o)\s)",
    re.I,
)
_LEAST, _MOST_OF = 2, 0.5
_FIRST = "<"  # before the keys of a name's first words
_FEW, _TITLE = 3, 120
_TIMES = frozenset("earlier later ago before after end start antes despues".split())
Item = Word | Quantity


def check_strayed(claim: Segment, evidence: Evidence) -> list[Finding]:
    """The first clause that says of one what its quoted sentence says of another."""
    for source in {s.text: s for passage in evidence.passages for s in passage.quoted}.values():
        parts = _parts(source)
        for said in _parts(claim) if parts else ():
            finding = _swapped(said, parts, evidence)
            if finding is not None:
                return [finding]
    return []


def _parts(segment: Segment) -> list[list[Item]]:
    """The clauses, each as what it says: its words and figures in order."""
    taken = [*segment.quantities, *segment.dates]
    words = [
        w for w in segment.words if not w.stop and not w.cue and not any(t.start <= w.start < t.end for t in taken)
    ]
    items = sorted([*segment.quantities, *_joined(segment.text, words)], key=lambda item: item.start)
    cuts = [m.start() for m in _CUT.finditer(segment.text)]
    cuts = [c for c in cuts if not any(t.start < c < t.end for t in taken)]
    edges = itertools.pairwise([0, *cuts, len(segment.text)])
    parts = [[item for item in items if start <= item.start < end] for start, end in edges]
    return [part for part in parts if part]


def _joined(text: str, words: Sequence[Word]) -> list[Word]:
    """The words, those of one name as one: its last, with the keys of the others marked as such."""
    found: list[Word] = []
    for word in words:
        last = found[-1] if found else None
        if last and text[last.end : word.start] == " " and last.text[:1].isupper() and word.text[:1].isupper():
            found[-1] = replace(word, keys=word.keys | {f"{_FIRST}{key.lstrip(_FIRST)}" for key in last.keys})
        else:
            found.append(word)
    return found


def _same(one: Item, other: Item, evidence: Evidence) -> bool:
    if isinstance(one, Word) and isinstance(other, Word):
        sides = one.side, other.side
        turned = all(sides) and sides[0][0] == sides[1][0] and sides[0] != sides[1]  # 'arrendador', 'arrendatario'
        return _meet(one.keys, other.keys) and not turned
    if isinstance(one, Word) or isinstance(other, Word):
        return False
    if one.kind == "code" or other.kind == "code":
        return fold(one.text) == fold(other.text)
    places = (p for p in evidence.places if p.column is None and p.quantity.text == other.text)
    return any(evidence.fit(one, place) == "same" for place in places)


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two words say the same; two names of several words do by their last ones, 'Norvik' is 'Norvik Pharma'."""
    (own, firsts), (its, others) = _split(one), _split(other)
    return bool(own & its) or (not others and bool(firsts & its)) or (not firsts and bool(own & others))


def _split(keys: frozenset[str]) -> tuple[set[str], set[str]]:
    return {key for key in keys if key[0] != _FIRST}, {key[1:] for key in keys if key[0] == _FIRST}


def _swapped(said: Sequence[Item], parts: Sequence[Sequence[Item]], evidence: Evidence) -> Finding | None:
    held = [[any(_same(item, other, evidence) for other in part) for item in said] for part in parts]
    if any(not isinstance(item, Word) and not any(row[n] for row in held) for n, item in enumerate(said)):
        return None  # a figure that was worked out may be of what the source leaves unsaid
    for own, here in zip(parts, held, strict=True):
        left = [n for n, item in enumerate(own) if not any(_same(one, item, evidence) for one in said)]
        if sum(here) < _LEAST or len(own) - len(left) < _MOST_OF * len(own):
            continue
        other = _led_by_another(said, here, own, evidence)
        if other is not None:
            return other
        for n, item in enumerate(said):
            if here[n] or fold(item.text) in _TIMES:
                continue
            place = next((m for m in left if _in_its_place(said, n, own, m, evidence)), None)
            beside = any(row[n] for row in held) and _is_meant(item, parts)
            if place is not None and (beside or _is_other_name(item, own[place], evidence)):
                return Finding("figure_swapped", {"what": item.text, "instead": own[place].text})
    return None


def _led_by_another(
    said: Sequence[Item], here: Sequence[bool], own: Sequence[Item], evidence: Evidence
) -> Finding | None:
    """'The Union blames the rain' where the source has 'the inspectors blame the rain': a name of the page that is no
    title and that no quoted sentence has, before what both clauses share first."""
    first = next(n for n, held in enumerate(here) if held)
    m = next((m for m, item in enumerate(own) if _same(said[first], item, evidence)), 0)
    before, instead = said[:first], own[:m]
    if not before or not instead or any(_same(one, item, evidence) for one in said for item in instead):
        return None
    if len(before) > _FEW or any(isinstance(item, Word) and (item.side or _is_general(item)) for item in instead):
        return None
    name = next((item for item in before if _is_strange(item, evidence)), None)
    return None if name is None else Finding("figure_swapped", {"what": name.text, "instead": instead[-1].text})


def _is_general(word: Word) -> bool:
    """Whether a word may stand for a company that is named elsewhere."""
    return bool(word.keys & lexicon()["same"]["en:compani"])


def _is_strange(item: Item, evidence: Evidence) -> bool:
    """Whether an item is a name that stands on a cited page and neither in its quoted sentences nor in its title."""
    if not isinstance(item, Word) or not item.text[:1].isupper():
        return False
    name = rf"\b{re.escape(item.text)}\b"
    pages = [passage.page_text for passage in evidence.passages]
    if not any(re.search(name, page) for page in pages) or any(re.search(name.lower(), page) for page in pages):
        return False
    texts = [s.text for p in evidence.passages for s in p.quoted] + [p.identity[:_TITLE] for p in evidence.passages]
    return not any(holds(fold(text), fold(item.text)) for text in texts)


def _in_its_place(said: Sequence[Item], n: int, own: Sequence[Item], m: int, evidence: Evidence) -> bool:
    """Whether what stands before and behind one item is what stands before and behind the other."""
    if isinstance(said[n], Word) != isinstance(own[m], Word):
        return False
    for step in (-1, 1):
        at, of = n + step, m + step
        ends = not 0 <= at < len(said), not 0 <= of < len(own)
        if ends[0] != ends[1] or (not ends[0] and not _same(said[at], own[of], evidence)):
            return False
    return True


def _is_meant(item: Item, parts: Sequence[Sequence[Item]]) -> bool:
    """Whether the clause beside has the very word, in either language, and not only one that may say the same."""
    if not isinstance(item, Word):
        return True
    exact = {key for key in item.keys if key[0] not in "=~"}
    return any(isinstance(other, Word) and exact & other.keys for part in parts for other in part)


def _is_other_name(item: Item, instead: Item, evidence: Evidence) -> bool:
    """Whether a name that stands elsewhere on a cited page took the place of another one."""
    if not (isinstance(item, Word) and isinstance(instead, Word)) or instead.side is not None:
        return False
    on_page = any(holds(fold(passage.page_text), fold(item.text)) for passage in evidence.passages)
    return on_page and item.text[:1].isupper() and instead.text[:1].isupper() and instead.start > 0
