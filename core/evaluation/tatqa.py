"""Questions over financial tables and text (TAT-QA's JSON) as claim cases: each answer as a model would state it, its
sources the rows and paragraphs that hold its figures.

The sentence is the question without its question word, a colon and the answer in its scale. It judges nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.evaluation.claim_cases import Cited, ClaimCase, make_page

QUOTE_MAX = 340
_ASKING = re.compile(
    r"^(?:what|which|how much|how many|by how much)\s+(?:is|was|were|are|did|does|do|has|have|had|would)?\s*"
    r"(?:be\s+)?(?:the\s+)?",
    re.I,
)
_FIGURE = re.compile(r"\d[\d.,]*\d|\d")


def read_tatqa(path: Path) -> list[ClaimCase]:
    """Cases of the answers that are figures; those whose sources cannot be told are left out."""
    cases = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        raw = {
            "page": 1,
            "text": "\n\n".join(p["text"] for p in sorted(entry["paragraphs"], key=lambda p: p["order"])),
            "tables": [entry["table"]["table"]],
        }
        page, file = make_page(raw), f"{entry['table']['uid'][:8]}.pdf"
        for question in entry["questions"]:
            case = _case(question, page, file, entry["table"]["table"])
            if case is not None:
                cases.append(case)
    return cases


def _case(question: dict[str, Any], page: Any, file: str, table: list[list[str]]) -> ClaimCase | None:
    answer = question["answer"]
    parts = [str(part) for part in answer] if isinstance(answer, list) else [str(answer)]
    if len(parts) != 1 or not _FIGURE.search(parts[0]) or not _ASKING.match(question["question"]):
        return None
    scale = question["scale"]
    said = parts[0]
    if scale == "percent":
        said = said if said.endswith("%") else f"{said}%"
    elif scale and scale not in said:
        said = f"{said} {scale}"
    needed = set(_FIGURE.findall(question["derivation"] or parts[0]))
    quotes = list(_quotes(page.text, table, needed))
    if not quotes or len(quotes) > 4:
        return None
    topic = _ASKING.sub("", question["question"]).rstrip(" ?")
    marks = "".join(f"[{n}]" for n in range(1, len(quotes) + 1))
    cited = tuple(Cited(file, 1, quote) for quote in quotes)
    return ClaimCase(
        question["uid"], "en", f"{topic[:1].upper()}{topic[1:]}: {said} {marks}", cited, pages=((file, page),)
    )


def _quotes(text: str, table: list[list[str]], needed: set[str]) -> Iterable[str]:
    """The rows, then the sentences, that hold the figures that are needed."""
    missing = {figure for figure in needed if len(figure) > 1}
    for row in table:
        line = "\t".join(cell for cell in row if cell)
        if line[:QUOTE_MAX] in text and missing & set(_FIGURE.findall(line)):
            missing -= set(_FIGURE.findall(line))
            yield line[:QUOTE_MAX]
    for sentence in re.split(r"(?<=[.;])\s+", text.split("\n\n" + "\t".join(c for c in table[0] if c))[0]):
        if missing & set(_FIGURE.findall(sentence)):
            missing -= set(_FIGURE.findall(sentence))
            yield sentence[:QUOTE_MAX]
