"""Numbers in words: 'twenty-five', 'treinta y dos', 'two hundred', 'tres millones'. It reads no digits."""

from __future__ import annotations

import re

from core.validation.measures import PERCENT, Quantity, approximation, fold, lexicon, read_scale, read_unit

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def read_spelled(text: str) -> list[Quantity]:
    """Numbers in words, with 'twenty-five', 'treinta y dos', 'two hundred', 'tres millones'."""
    numbers, scales = lexicon()["numbers"], lexicon()["scales"]
    found: list[Quantity] = []
    words = list(_WORD.finditer(text))
    n = 0
    while n < len(words):
        value, last = _value_at(words, n, numbers)
        if value is None:
            n += 1
            continue
        start, end = words[n].start(), words[last].end()
        scale = 1.0
        if last + 1 < len(words) and fold(words[last + 1].group()) in scales and len(words[last + 1].group()) > 2:
            scale, end = read_scale(text, end, False)
        percent = PERCENT.match(text, end)
        kind, end = ("percent", percent.end()) if percent else ("number", end)
        unit, end = ("", end) if percent else read_unit(text, end)
        readings = ((value * scale, 0.5 * scale),)
        found.append(
            Quantity(start, end, text[start:end], readings, kind, unit, approximation(text, start), False, scale, True)
        )
        while n < len(words) and words[n].start() < end:
            n += 1
    return found


def _value_at(words: list[re.Match[str]], n: int, numbers: dict[str, int]) -> tuple[float | None, int]:
    """The number that begins with word `n`, and its last word."""
    total, last, at = None, n, n
    while at < len(words) and at < n + 5:
        folded = fold(words[at].group())
        parts = folded.split("-")
        if all(part in numbers for part in parts):
            value = float(sum(numbers[part] for part in parts))
            if total is None:
                total = value
            elif value == 100 and total < 10:
                total *= 100
            elif (value < 10 <= total and total % 10 == 0) or value < 100 <= total:
                total += value
            else:
                break
            last = at
        elif total is None or folded not in ("y", "and") or total < 20:
            break
        at += 1
    return total, last
