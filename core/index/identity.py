"""What each document says it is (in its file name, its title and the top of its first page), and how well a question
that names a company, a period or 'the latest' meets that.

In a library of alike reports the words of a passage do not tell whose report it is; its first page does. Small
documents need none of this: their passage holds their first lines. It ranks no passage by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from core.index.lexical import fold, question_terms, terms

HEAD_CHARS = 1500
_IN_NAME, _IN_HEAD = 1.0, 0.6
_NAMES, _PERIOD, _LATEST = 3.0, 2.0, 2.0
_THEIRS = 0.6  # the part of the passages with a name that must lie in the documents that bear it
_COMMON = 0.7  # a name that more documents bear tells none apart
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene", "february feb febrero", "march mar marzo", "april apr abril abr", "may mayo",
            "june jun junio", "july jul julio", "august aug agosto ago", "september sep sept septiembre setiembre",
            "october oct octubre", "november nov noviembre", "december dec diciembre dic",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_Y = r"(?P<y>(?:19|20)\d\d)\b"
_DATES = (
    re.compile(rf"\b(?P<m>{_MONTH})\.? +(?P<d>\d{{1,2}}),? +{_Y}"),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)? +(?:de +|of +)?(?P<m>{_MONTH})\.?,? +(?:del? +)?{_Y}"),
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(rf"\b(?P<d>\d{{1,2}})[/.](?P<m>\d{{1,2}})[/.]{_Y}"),
    re.compile(rf"\b(?P<m>{_MONTH})(?: +del?| +of)? +{_Y}"),
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "primer": 1, "primero": 1, "segundo": 2, "tercer": 3,
             "tercero": 3, "cuarto": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "1er": 1}  # fmt: skip
_QUARTER = re.compile(
    r"\b(?:[qt](?P<a>[1-4])|(?P<b>[1-4])[qt]|"
    rf"(?P<c>{'|'.join(_ORDINALS)})[ -]+(?:quarter|trimestre))(?=\b|\d\d\b)"
)
_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d]|[.,]\d)")
_SHORT_YEAR = re.compile(r"(?:\bfy ?'?|\b[qt][1-4] ?'|\b[1-4][qt]'?)(?P<y>[0-3]\d)\b")  # FY23, Q3'23, 2T25
_RECENT = re.compile(
    r"\b(?:latest|newest|most recent|last (?:quarter|year|report|filing)|ultim[oa]s?|mas (?:reciente|actual)s?)\b"
)
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Periods:
    """The years, quarters (1..4) and days (year, month, day; day 0 where only the month is said) of a text."""

    years: frozenset[int] = frozenset()
    quarters: frozenset[int] = frozenset()
    days: frozenset[tuple[int, int, int]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.years or self.quarters)


@dataclass(frozen=True, slots=True)
class _Label:
    names: tuple[str, ...]
    own: Periods
    head: Periods
    newest: tuple[int, int, int]


def find_periods(text: str) -> Periods:
    """Years, quarters and dates said in a text, in Spanish or English, words or digits."""
    plain = fold(text.lower()).replace("_", " ")
    days = set()
    for pattern in _DATES:
        for match in pattern.finditer(plain):
            parts = match.groupdict()
            month = _MONTHS.get(parts["m"]) or (int(parts["m"]) if parts["m"].isdigit() else 0)
            if 1 <= month <= 12 and 0 <= int(parts.get("d") or 0) <= 31:
                days.add((int(parts["y"]), month, int(parts.get("d") or 0)))
    days -= {(year, month, 0) for year, month, day in days if day}
    quarters = {int(match["a"] or match["b"] or 0) or _ORDINALS[match["c"]] for match in _QUARTER.finditer(plain)}
    years = {int(year) for year in _YEAR.findall(plain)}
    years |= {2000 + int(match["y"]) for match in _SHORT_YEAR.finditer(plain)}
    return Periods(frozenset(years), frozenset(quarters), frozenset(days))


class Identities:
    """The labels of the live documents, and which documents bear a name. `boost` scores them against a question."""

    def __init__(self) -> None:
        self._labels: dict[int, _Label] = {}
        self._bearers: dict[str, dict[int, float]] = {}

    def add(self, document_id: int, name: str, title: str, head: str, lang: str) -> None:
        """`head` is the top of the first page, '' for a document of a single passage."""
        own = f"{PurePosixPath(name).stem} {title}"
        names = dict.fromkeys(_proper_terms(head, lang), _IN_HEAD)
        names |= dict.fromkeys(terms(" ".join(_WORD.findall(own)), lang), _IN_NAME)
        said, at_top = find_periods(own), find_periods(head)
        self._labels[document_id] = _Label(tuple(names), said, at_top, _newest(at_top, said))
        for term, strength in names.items():
            self._bearers.setdefault(term, {})[document_id] = strength

    def remove(self, document_ids: Iterable[int]) -> None:
        for document_id in document_ids:
            label = self._labels.pop(document_id, None)
            for term in label.names if label else ():
                del self._bearers[term][document_id]

    def boost(
        self,
        question: str,
        langs: Iterable[str],
        document_ids: Collection[int] | None,
        share: Callable[[str, Collection[int]], float],
    ) -> dict[int, float]:
        """What each document (among `document_ids` where given) gains for what it is, in standard deviations of the
        fused score.

        `share(term, documents)` tells which part (0..1) of the passages with a term lies in these documents: a word
        names a document only where its passages and hardly any others speak of it."""
        scope = self._labels.keys() if document_ids is None else self._labels.keys() & set(document_ids)
        if len(scope) < 2:
            return {}
        gains = self._meet_names(question_terms(question, langs), scope, share)
        asked = find_periods(question)
        if asked:
            for number in scope:
                gains[number] = gains.get(number, 0.0) + _PERIOD * _meet_period(asked, self._labels[number])
        if _RECENT.search(fold(question.lower())):
            _add_latest({number: self._labels[number].newest for number in scope}, gains)
        return gains

    def bearers(self, term: str, share: Callable[[str, Collection[int]], float]) -> frozenset[int]:
        """The documents that a term names: few bear it, and most of the passages that say it are theirs."""
        found = self._bearers.get(term, {})
        if not found or len(found) > len(self._labels) * _COMMON or share(term, found.keys()) < _THEIRS:
            return frozenset()
        return frozenset(found)

    def _meet_names(
        self, asked: list[str], scope: Collection[int], share: Callable[[str, Collection[int]], float]
    ) -> dict[int, float]:
        """`_NAMES` for the documents that bear all the names the question says, less for fewer or weaker ones."""
        gains: dict[int, float] = {}
        total = 0.0
        for term in asked:
            bearers = {number: strength for number, strength in self._bearers.get(term, {}).items() if number in scope}
            if not bearers or len(bearers) > len(scope) * _COMMON or term.lstrip("~").isdigit():
                continue
            weight = float(np.log(len(scope) / len(bearers))) * share(term, bearers.keys()) ** 2
            total += weight
            for number, strength in bearers.items():
                gains[number] = gains.get(number, 0.0) + weight * strength
        return {number: _NAMES * gain / max(total, 1.0) for number, gain in gains.items()}


def _meet_period(asked: Periods, label: _Label) -> float:
    """0..1: how well a document's periods are those of the question; its own name counts more than its first page."""
    if any(_same_day(one, other) for one in asked.days for other in label.own.days | label.head.days):
        return 1.0
    year = 1.0 if asked.years & label.own.years else 0.6 if asked.years & label.head.years else 0.0
    if not asked.quarters:
        return year
    of_days = {(month + 2) // 3 for _, month, day in label.head.days if day}
    quarter = (
        1.0 if asked.quarters & label.own.quarters else 0.6 if asked.quarters & (label.head.quarters | of_days) else 0.0
    )
    if label.own.quarters and not asked.quarters & label.own.quarters:
        quarter = 0.0
    return year * quarter if asked.years else quarter


def _same_day(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two dates agree; one without a day agrees with any of its month."""
    return one[:2] == other[:2] and (one[2] == other[2] or not one[2] or not other[2])


def _add_latest(newest: dict[int, tuple[int, int, int]], gains: dict[int, float]) -> None:
    """The newest of the documents that meet the question best gains most."""
    best = max(gains.values(), default=0.0)
    meant = [number for number in newest if gains.get(number, 0.0) >= best * 0.8 - 1e-9]
    latest = max((newest[number] for number in meant), default=(0, 0, 0))
    if latest > (0, 0, 0) and len(meant) > 1:
        for number in meant:
            if newest[number] == latest:
                gains[number] = gains.get(number, 0.0) + _LATEST


def _proper_terms(head: str, lang: str) -> list[str]:
    """The terms of the words that a first page writes with a capital."""
    return [term for word in _WORD.findall(head) if word[0].isupper() for term in terms(word, lang)]


def _newest(head: Periods, own: Periods) -> tuple[int, int, int]:
    days = sorted(head.days | own.days)
    if days:
        return days[-1]
    year = max(own.years or head.years or {0})
    return (year, 3 * max(own.quarters or head.quarters or {0}), 0) if year else (0, 0, 0)
