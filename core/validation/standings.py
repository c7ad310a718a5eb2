"""How the rows of a result or a table stand to each other, said in words: 'A sold more than B', 'the highest is C', 'D
comes second'. Each is held against the cells.

A measure that the statement does not name may be any column: then all of them must speak against it. It reads no
figures of the statement (see limits).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from core.validation.cues import COMPARING
from core.validation.evidence import Evidence, Finding, Found
from core.validation.grid import Grid, Named, measured, named_rows, read_grids
from core.validation.measures import fold, lexicon
from core.validation.places import Segment

_MORE = r"(?:more|higher|larger|bigger|greater|longer|above|exceed\w*|over[ts]\w*k|outsold|beat\w*|mas|mayor|super\w+)"
_LESS = r"(?:less|fewer|lower|smaller|shorter|below|behind|menos|menor|inferior)"
_THAN = re.compile(r"\b(?:than|que|de lo que|a)\b")
_MORE_CUE, _LESS_CUE = re.compile(rf"\b{_MORE}\b"), re.compile(rf"\b{_LESS}\b")
_OVERTAKES = re.compile(r"\b(?:overt[ao]\w*|exceed\w*|outsold|beats?|surpass\w*|super\w+)\b")
_OTHERS = re.compile(
    r"\b(?:than (?:the others|any other|all (?:the )?others?|the rest|anyone)|"
    r"que (?:l[oa]s demas|el resto|l[oa]s otr[oa]s|ningun[oa]?|nadie|cualquier otr[oa]))\b"
)
_PART = r"(?!\s+(?:of|de|parte|del|l[oa]s)\b)"
_MOST = re.compile(
    rf"\b(?:the most|most|highest|largest|biggest|greatest|longest|busiest|top){_PART}|"
    rf"\b(?:el|la|l[oa]s|con|de|su|que|cuy[oa]) (?:\w+ ){{0,2}}?(?:mas|mayor(?:es)?){_PART}(?! que\b)|\bla? mas\b"
)
_LEAST = re.compile(
    rf"\b(?:the least|least|the fewest|fewest|lowest|smallest|shortest){_PART}|"
    rf"\b(?:el|la|l[oa]s|con|de|su|que|cuy[oa]) (?:\w+ ){{0,2}}?(?:menos|menor(?:es)?){_PART}(?! que\b)"
)
_TURNED = re.compile(r"(?<!con )\b(?:mas (?:baj|pequen|cort|escas)|menos (?:alt|grand|numeros))\w*\b")
_BOUND = re.compile(r"\b(?:at (?:the )?(?:most|least)|al menos|por lo menos|como (?:minimo|maximo)|no mas|no menos)\b")
_RANK = re.compile(
    r"\b(second|third|fourth|segund[oa]|tercer[oa]?|cuart[oa])[\s-]+"
    r"(?:most|highest|largest|biggest|lowest|smallest|place|lugar|puesto|posicion|\w+ (?:con|que|por|by)|mas|mayor)|"
    r"\b(?:comes?|came|ranks?|ranked|is|es|queda|ocupa|va)(?: in| el| la| en)? "
    r"(second|third|fourth|segund[oa]|tercer[oa]?|cuart[oa])\b"
)
_AFTER_ROW = re.compile(r"^\W*(?:after|behind|tras|despues de|detras de|by|por|aparte de|apart from)\b")
_LIMIT_END = re.compile(
    r"\b(?:more|less|fewer|over|under|above|below|mas|menos|mayor|menor)(?: than| de| del| a| que)?\s*"
    r"(?:los |las |el |the )?$"
)
_OF_TIMES = re.compile(
    r"\b(?:years?|quarters?|months?|weeks?|anos?|mes(?:es)?|trimestres?|ejercicios?)\b"
    r"(?! (?:earlier|before|ago|antes|anterior))"
)
_RELATIVE = re.compile(
    r"\b(?:proporcion\w*|proportion\w*|relativ\w+|per|each|cada|por (?!encima|debajo)\w+|ratio|rate|tasa)\b|%"
)
_CUT = re.compile(
    r"[;:()—–]|,\s|\s(?:while|whereas|but|although|even though|though|and|pero|aunque|mientras|frente|versus|y)\s", re.I
)


def check_standings(claim: Segment, evidence: Evidence) -> Found:
    """What the statement says about the order of rows: each is proven or a finding; nothing where it says no such
    thing, or names no row."""
    found = Found()
    years = {m.year for date in claim.dates for m in date.readings if m.year}
    for grid in read_grids(evidence, year=years.pop() if len(years) == 1 else 0):
        for verdict, what, instead in _judge_all(claim, grid):
            found.total += 1
            if verdict:
                found.proven += 1
            else:
                params = {"what": what, **({"instead": instead} if instead else {})}
                found.findings.append(Finding("extreme" if instead else "way_differs", params))
        if found.total:
            return found
    for grid in read_grids(evidence, quoted=True):  # rows that only their neighbours name alike
        for verdict, what, _ in _judge_all(claim, grid, only_pairs=True):
            found.total, found.proven = found.total + 1, found.proven + verdict
            found.findings += [] if verdict else [Finding("way_differs", {"what": what})]
    return found


# ---------------------------------------------------------------- what is said


def _judge_all(claim: Segment, grid: Grid, only_pairs: bool = False) -> Iterator[tuple[bool, str, str]]:
    """(holds, what is said, which row it is instead) of each order that the statement tells."""
    named = named_rows(claim.words, grid)
    if not named or len(grid.labels) < 2:
        return
    folded = fold(claim.text)
    if _OF_TIMES.search(folded):
        return  # 'the year with the lowest cost': rows are not what is compared
    folded = _without_bounds(folded, claim)
    for start, end in _clauses(claim.text):
        inside = [name for name in named if start <= name.at < end]
        said = folded[start:end]
        if not inside or _AFTER_ROW.match(said) or (only_pairs and len({name.row for name in inside}) != 2):
            continue
        behind = [name.row for name in named if _AFTER_ROW.match(folded[: name.at]) and name.at < start]
        yield from _judge_clause(claim, grid, inside, behind, (start, end), said)


def _judge_clause(
    claim: Segment, grid: Grid, inside: list[Named], behind: list[int], span: tuple[int, int], said: str
) -> Iterator[tuple[bool, str, str]]:
    words = [word for word in claim.words if span[0] <= word.start < span[1]]
    columns = measured(words, claim, grid)
    relative = [span[0] + match.start() for match in _RELATIVE.finditer(said)]
    heads = frozenset().union(*(grid.columns[c].keys() for c in columns[0])) if columns[1] else frozenset()
    named = {word.start for word in words if word.keys & heads}  # the rate is a column's own
    if any(at not in named for at in relative) or any(word.way and fold(word.text) not in COMPARING for word in words):
        return  # 'the one that grew most': not what the cells say
    rank = _RANK.search(said)
    if len({name.row for name in inside}) == 2 and not _OTHERS.search(said):
        yield from _compare(grid, inside, columns, said, span[0])
    elif len({name.row for name in inside}) == 1:
        row = inside[0].row
        sign = _extreme_sign(said)
        if rank:
            place = lexicon()["ordinals"].get(next(group for group in rank.groups() if group), "2")
            yield _stands(grid, row, columns, -1 if sign < 0 else 1, int(place), (), rank.group())
        elif sign:
            cue = (_OTHERS if _OTHERS.search(said) else _MOST if sign > 0 else _LEAST).search(said)
            yield _stands(grid, row, columns, sign, 1, behind, cue.group() if cue else "")


def _extreme_sign(said: str) -> int:
    """+1 for the most, -1 for the least, 0 where a clause says neither or both."""
    if _BOUND.search(said):
        return 0
    if _OTHERS.search(said):
        more, less = bool(_MORE_CUE.search(said)), bool(_LESS_CUE.search(said))
    else:
        more, less = bool(_MOST.search(said)), bool(_LEAST.search(said))
        if _TURNED.search(said):
            more, less = less, more
    return 0 if more == less else 1 if more else -1


def _without_bounds(folded: str, claim: Segment) -> str:
    """The text without 'more than' before a figure: a limit compares no rows."""
    for quantity in claim.quantities:
        match = _LIMIT_END.search(folded[: quantity.start])
        if match:
            folded = folded[: match.start()] + " " * (match.end() - match.start()) + folded[match.end() :]
    return folded


def _clauses(text: str) -> list[tuple[int, int]]:
    cuts = sorted({0, len(text), *(m.end() for m in _CUT.finditer(text))})
    return list(itertools.pairwise(cuts))


def _compare(
    grid: Grid, inside: list[Named], columns: tuple[list[int], bool], said: str, start: int
) -> Iterator[tuple[bool, str, str]]:
    """'A sold more than B': the first row against the second."""
    first, second = inside[0], next(name for name in inside if name.row != inside[0].row)
    between = said[first.at - start : second.at - start]
    if not (_MORE_CUE.search(between) or _LESS_CUE.search(between)) and _THAN.search(between):
        between = said[: second.at - start]  # 'se gastó más en A que en B'
    more, less = _MORE_CUE.search(between), _LESS_CUE.search(between)
    if bool(more) == bool(less) or not (_THAN.search(between) or _OVERTAKES.search(between)):
        return
    cue, sign = (more or less).group(), 1 if more else -1  # type: ignore[union-attr]
    found = [_difference(grid, c, first.row, second.row) for c in columns[0]]
    apart = [value for value in found if value is not None]
    if apart:
        yield any(value * sign > 0 for value in apart), cue, ""


def _difference(grid: Grid, c: int, first: int, second: int) -> float | None:
    one, other = grid.numbers[c][first], grid.numbers[c][second]
    return None if one is None or other is None else one - other


def _stands(
    grid: Grid, row: int, columns: tuple[list[int], bool], sign: int, place: int, without: Sequence[int], cue: str
) -> tuple[bool, str, str]:
    """Whether a row is the first, second ... of one of the columns, those `without` left out; and which row is."""
    instead = ""
    for c in columns[0]:
        values = grid.numbers[c]
        if values[row] is None:
            continue
        ahead = [v for r, v in enumerate(values) if v is not None and r not in without and (v - values[row]) * sign > 0]
        if len(ahead) == place - 1:
            return True, cue, ""
        ordered = sorted((v for r, v in enumerate(values) if v is not None and r not in without), reverse=sign > 0)
        instead = f"{ordered[min(place, len(ordered)) - 1]:g}"
    return not instead, cue, instead
