"""Fences around text that is not ours in a prompt: documents, names and values are data, never instructions.

Nothing inside can end its fence: the fence's code is made from the very text it encloses, so the author of that text
cannot know it. What a model does with a prompt is not decided here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

CODE_LENGTH = 20  # hexadecimal digits: 80 bits, more than anyone can search for a text that holds its own code
# What chat templates, ours and others', give a meaning to: in data it is broken by a blank, so that it has none.
_CONTROL = re.compile(
    r"<\|[^<>\n]{0,60}\|?>|\|>|</?(?:s|bos|eos|think|thinking|system|user|assistant|tool_call|start_of_turn|end_of_turn)>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\]|<</?SYS>>",
    re.IGNORECASE,
)


def fence_code(texts: Sequence[str]) -> str:
    """A code that stands in none of the texts, the same for the same texts."""
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()
    while any(digest[:CODE_LENGTH] in text for text in texts):
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return digest[:CODE_LENGTH]


def neutral(text: str) -> str:
    """Text whose control words of chat templates are broken up; everything else as it is."""
    return _CONTROL.sub(lambda match: match.group()[0] + " " + match.group()[1:], text)
