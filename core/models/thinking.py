"""What of a model's stream its reader sees: no thinking text, nothing from a stop string on.

Pieces come as the model makes them, so a tag may be split over several; what could still become one is held back. It
calls no model.
"""

from __future__ import annotations

from collections.abc import Sequence

_NAMES = ("think", "thinking", "thought", "reasoning")
_OPEN = tuple(f"<{name}>" for name in _NAMES)
_CLOSE = tuple(f"</{name}>" for name in _NAMES)


class VisibleText:
    """Feed it pieces, get what may be shown of each; `text` is all of it.

    A closing tag that was never opened means that everything before it was thinking (some chat templates open the
    tag in the prompt): what was shown then is taken back, and `taken_back` says so."""

    def __init__(self, stop: Sequence[str] = (), thinking: bool = False) -> None:
        self._stop = tuple(mark for mark in stop if mark)
        self._thinking = thinking
        self._held = ""
        self.text = ""
        self.stopped = False
        self.taken_back = False

    def feed(self, piece: str) -> str:
        """What of `piece`, and of what was held back before it, may be shown now."""
        if self.stopped:
            return ""
        self._held += piece
        return self._show(self._take())

    def finish(self) -> str:
        """What was held back and turned out to be text."""
        rest = "" if self._thinking or self.stopped else self._held
        self._held = ""
        return self._show(rest)

    def _show(self, shown: str) -> str:
        """No answer begins with the blank lines that follow its thinking."""
        shown = shown if self.text else shown.lstrip()
        self.text += shown
        return shown

    def _take(self) -> str:
        shown = ""
        while True:
            marks = _CLOSE if self._thinking else (*_OPEN, *_CLOSE, *self._stop)
            at, mark = _first(self._held, marks)
            if mark is None:
                break
            before, self._held = self._held[:at], self._held[at + len(mark) :]
            if self._thinking:
                self._thinking = False
            elif mark in self._stop:
                self.stopped, self._held = True, ""
                return shown + before
            elif mark.lower() in _CLOSE:
                self.taken_back = self.taken_back or bool((self.text + shown + before).strip())
                self.text, shown = "", ""
            else:
                shown += before
                self._thinking = True
        kept = _open_end(self._held, _CLOSE if self._thinking else (*_OPEN, *_CLOSE, *self._stop))
        ready, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return shown if self._thinking else shown + ready


def _first(text: str, marks: Sequence[str]) -> tuple[int, str | None]:
    """The place and form of the mark that comes first; of several at one place, the longest."""
    lowered = text.lower()
    found = [(at, -len(mark), mark) for mark in marks if (at := _find(text, lowered, mark)) >= 0]
    return (min(found)[0], min(found)[2]) if found else (-1, None)


def _find(text: str, lowered: str, mark: str) -> int:
    return lowered.find(mark) if mark in _OPEN or mark in _CLOSE else text.find(mark)


def _open_end(text: str, marks: Sequence[str]) -> int:
    """How many characters at the end could be the beginning of a mark."""
    longest = min(len(text), max(map(len, marks), default=1) - 1)
    lowered = text.lower()
    for size in range(longest, 0, -1):
        if any(mark.startswith(text[-size:]) or mark.startswith(lowered[-size:]) for mark in marks):
            return size
    return 0
