"""What earlier turns of a conversation add to a prompt: the last turns as they were, older ones by their question and
the sentence that answered it. Extractive: nothing is written anew, and nothing calls a model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.records import Answer

_WHOLE = 2  # turns that are kept as they were, but for their length
_ANSWER_MAX = 600
_OLD_MAX = 160
_MARK = re.compile(r"\s*\[\d+\]|\*\*")


def digest_history(history: Sequence[Answer], max_chars: int = 2400) -> str:
    """The conversation so far, oldest first, in at most `max_chars`; the oldest turns are left out first."""
    lines: list[str] = []
    used = 0
    for back, past in enumerate(reversed(history)):
        said = _told(past, _ANSWER_MAX if back < _WHOLE else _OLD_MAX)
        line = f"Q: {_plain(past.completed_question)}\nA: {said}"
        used += len(line) + 1
        if used > max_chars:
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _told(past: Answer, most: int) -> str:
    """An answer's text in at most `most` characters, cut after a sentence; for old turns the first one alone."""
    text = _plain(past.text or past.message)
    if len(text) <= most:
        return text
    ends = [match.end() for match in re.finditer(r"[.!?”](?=\s|$)", text[:most])]
    return text[: ends[-1]].strip() if ends else text[:most].rsplit(" ", 1)[0] + "…"


def _plain(text: str) -> str:
    return " ".join(_MARK.sub("", text).split())
