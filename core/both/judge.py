"""What one side's answer is worth to the other: whether rows are one figure, whether they can confirm a claim, and
whether the documents only restate them.

It asks neither side.
"""

from __future__ import annotations

import re

from core.i18n import MEASURE_WORDS
from core.reconcile.compare import compare_claim, read_result, same_as_printed
from core.reconcile.figures import read_figures
from core.reconcile.pages import digits_of
from core.records import Comparison, DocumentsAnswer, Sounding, SqlAnswer
from core.router.phrases import fold
from core.router.split import Parts

_CHECKS_FROM = 0.3  # rows less sure than this confirm no claim
DENIES_FROM = 0.6  # nor do those less sure than this deny it
_FAR = 10.0  # amounts of money so many times apart are of two things
_COUNTED = re.compile(r"SELECT\s+COUNT\(", re.I)
_ONE_NAMED = re.compile(r"^SELECT\s+COUNT\(\*\)[^()]*FROM \S+ WHERE \S+ = '[^']*'$", re.I)
_SURE_FIGURE = 0.7  # and of those, other words are tried
_LEFT_MOST = 1  # nor do those of a question with more words left unread
_TOLD_DIGITS = 3  # a figure with fewer digits is the same by chance


def can_check(parts: Parts, data: SqlAnswer | None, heard: Sounding) -> bool:
    """Whether a claim can be laid beside the rows: its question was read nearly whole (`heard`), and they are one
    figure, of a sort with the claim's. To deny it, or to keep it within a bound, takes more than to confirm an amount:
    that very one is seldom found by misreading, another one often, and so is one on its side of a bound."""
    if data is None or not is_one_figure(data) or data.confidence < _CHECKS_FROM:
        return False
    if not heard.measured or heard.left > _LEFT_MOST:
        return False
    found = beside_claim(parts.claimed, data)
    if found is None:
        return not parts.claimed
    if found.tabled == 1 and data.sql is not None and _ONE_NAMED.search(data.sql.text):
        return False  # that there is one thing of a name tells nothing of it
    if found.verdict == "agree" and found.reason != "bound":
        return True
    named = heard.column or (data.sql is not None and _COUNTED.match(data.sql.text))  # else the figure was guessed
    return bool(named) and data.confidence >= DENIES_FROM


def beside_claim(claimed: str | None, data: SqlAnswer) -> Comparison | None:
    """The amount that a question claims beside the rows' figure; None where they are of different sorts: money or
    years are no number of rows, nor one price a sum of many."""
    if not claimed or data.result is None or data.result.error is not None:
        return None
    found = compare_claim(claimed, data.lang, data.result)
    counted = data.sql is not None and _COUNTED.match(data.sql.text)
    if counted and re.search(rf"\s(?:{MEASURE_WORDS[data.lang]})$", fold(claimed)):
        return None
    if found is None or found.verdict == "agree" or read_figures(claimed, data.lang)[0].unit != "money":
        return found
    far = not 1 / _FAR <= abs(found.tabled) / max(abs(found.documented), 1e-9) <= _FAR
    return None if counted or far else found


def is_one_figure(data: SqlAnswer) -> bool:
    """Whether the rows are a single figure."""
    return data.result is not None and data.result.error is None and len(read_result(data.result)) == 1


def is_sure_figure(data: SqlAnswer) -> bool:
    return is_one_figure(data) and data.confidence >= _SURE_FIGURE


def restates(written: DocumentsAnswer, data: SqlAnswer) -> bool:
    """Whether all that the documents answer is a figure of the rows: it says no more of them than they do."""
    if data.result is None or data.result.error is not None or not written.citations:
        return False
    values = [value for _, value, _ in read_result(data.result)]
    return all(
        any(
            digits_of(figure) >= _TOLD_DIGITS and same_as_printed(figure, value)
            for figure in read_figures(citation.quote)
            for value in values
        )
        for citation in written.citations
    )
