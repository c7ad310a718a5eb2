"""The files of the lexicon: one entry a line, Spanish left, English right. It reads lines; it bends no words.

`palabra, otra palabra = word, phrase of words`: every left side means every right side, the likeliest first. `#`
opens a comment. Capitals do not matter; accents help to bend a word, and a question finds it without them too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

WORDS = Path(__file__).with_name("words")
TABLES = WORDS / "tables.txt"  # what tables call things: all that questions to SQL are read with


def fold(text: str) -> str:
    """Lower case without accents; ñ becomes n."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in text if not unicodedata.combining(char))


def read_lines(path: Path) -> Iterator[str]:
    """The entries of a file, without comments; none where there is no file."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            yield line


def read_entries(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each left side of `a, b = x, y` as it is written, with all right sides."""
    for line in read_lines(path):
        left, _, right = line.partition("=")
        texts = tuple(part.strip() for part in right.split(",") if part.strip())
        yield from ((key.strip(), texts) for key in left.split(",") if key.strip())


def read_pairs(path: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The entries by the folded words of their left sides; what a word has on several lines is put together."""
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for key, texts in read_entries(path):
        words = tuple(fold(key).split())
        table[words] = tuple(dict.fromkeys((*table.get(words, ()), *texts)))
    return table
