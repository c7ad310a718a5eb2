"""Measures as pure functions of what was found and what is right. Nothing here runs a search or reads a file."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence


def recall_at(found: Sequence[str], right: Collection[str], k: int) -> float:
    """1 where one of the first `k` found is right, else 0 (success at k, as reading a list of sources asks)."""
    return float(any(item in right for item in found[:k]))


def reciprocal_rank(found: Sequence[str], right: Collection[str]) -> float:
    """1 / place of the first right one; 0 where there is none."""
    return next((1.0 / place for place, item in enumerate(found, 1) if item in right), 0.0)


def ndcg_at(found: Sequence[str], grades: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain (Järvelin & Kekäläinen 2002), linear gains; 0 if none is graded."""
    gain = sum(grades.get(item, 0.0) / math.log2(place + 1) for place, item in enumerate(found[:k], 1))
    best = sum(grade / math.log2(place + 1) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:k], 1))
    return gain / best if best > 0 else 0.0


def balanced_accuracy(expected: Sequence[bool], given: Sequence[bool]) -> float:
    """Mean of the shares of right answers among the true and the false; of one kind where only it is there."""
    shares = []
    for kind in (True, False):
        outcomes = [answer == kind for truth, answer in zip(expected, given, strict=True) if truth == kind]
        if outcomes:
            shares.append(sum(outcomes) / len(outcomes))
    return mean(shares)


def mean(values: Sequence[float]) -> float:
    """0 for no values."""
    return sum(values) / len(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie, by linear interpolation; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def mean_precision(found: Sequence[str], right: Collection[str]) -> float:
    """Share of what was found that is right; 0 where nothing was found."""
    return mean([float(item in right) for item in found])


def token_f1(answer: str, reference: str) -> float:
    """F1 of the words of two texts (Rajpurkar et al. 2016), case and punctuation folded; both empty is 1."""
    ours, theirs = Counter(_words(answer)), Counter(_words(reference))
    if not ours or not theirs:
        return float(ours == theirs)
    shared = sum((ours & theirs).values())
    return 2 * shared / (sum(ours.values()) + sum(theirs.values()))


def exact_figures(answer: str, reference: str) -> float:
    """Share of the reference's figures (as runs of digits, marks of thousands and decimals folded) that the answer
    holds; 1 where it has none."""
    wanted = _figures(reference)
    return mean([float(figure in _figures(answer)) for figure in wanted]) if wanted else 1.0


def chrf(answer: str, reference: str) -> float:
    """chrF2 (Popović 2015) of sacrebleu, 0..1."""
    from sacrebleu import sentence_chrf

    return sentence_chrf(answer, [reference]).score / 100


def bleu(answers: Sequence[str], references: Sequence[str]) -> float:
    """Corpus BLEU (Papineni et al. 2002) of sacrebleu, 0..1; 0 for no texts."""
    from sacrebleu import corpus_bleu

    return corpus_bleu(list(answers), [list(references)]).score / 100 if answers else 0.0


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _figures(text: str) -> list[str]:
    """'1.234,5' and '1,234.50' are both '1234.5': the last mark is a decimal one unless three digits follow it."""
    return [_figure(found) for found in re.findall(r"\d[\d.,]*\d|\d", text)]


def _figure(text: str) -> str:
    head, mark, tail = re.match(r"^(.*?)(?:([.,])(\d+))?$", text).groups()
    whole = re.sub(r"[.,]", "", head)
    if mark is None:
        return whole.lstrip("0") or "0"
    if len(tail) == 3 and (mark in head or (head.isdecimal() and len(head) <= 3 and head != "0")):
        return (whole + tail).lstrip("0") or "0"
    decimals = tail.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")
