"""How many changed answers the checks catch, and how many true ones they let pass: by kind, on two parts.

Parts are named by the cases, or drawn by a hash of the case's id: rules may be built on one, the other only reports.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from core.evaluation.claim_cases import ClaimCase, make_answer
from core.evaluation.falsify import falsify
from core.records import Answer, Page
from core.validation.check import check_answer, explain
from core.validation.support import Embed
from core.validation.vocabulary import Spanish


@dataclass
class Part:
    """Counts of one part; `missed` and `blamed` are what went wrong, with the reason given."""

    true: int = 0
    passed: int = 0
    changed: int = 0
    caught: int = 0
    by_kind: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    blamed: list[tuple[str, str, str]] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def report(self, examples: int) -> dict[str, Any]:
        return {
            "true": self.true,
            "passed": round(self.passed / max(self.true, 1), 4),
            "changed": self.changed,
            "caught": round(self.caught / max(self.changed, 1), 4),
            "by_kind": {kind: f"{caught}/{of}" for kind, (caught, of) in sorted(self.by_kind.items())},
            "ms_median": round(median(self.ms), 2) if self.ms else 0.0,
            "missed": self.missed[:examples],
            "blamed": self.blamed[:examples],
        }


def part_of(case: ClaimCase) -> str:
    """The part that a case names, else one drawn from its id."""
    if case.part:
        return case.part
    digest = hashlib.sha256(case.id.encode()).digest()
    return "held_out" if digest[0] % 2 == 0 and digest[1] % 3 else "development"


def measure_claims(
    cases: Sequence[ClaimCase],
    read: Callable[[str, int], Page | None],
    *,
    embed: Embed | None = None,
    spanish: Spanish | None = None,
    examples: int = 0,
    kinds: Sequence[str] = (),
    note: Callable[[str, dict[str, float]], None] = lambda case, scores: None,
) -> dict[str, Any]:
    """Both parts' shares. `read(file, page)` gives a page; `examples` how many failures of each part are told.

    `note` is told each true answer's score and each changed one's, the latter named by its text too."""
    parts: dict[str, Part] = {part_of(case): Part() for case in cases}
    numbers = {file: n for n, file in enumerate(sorted({c.file for case in cases for c in case.citations}), start=1)}
    names = {n: file for file, n in numbers.items()}

    def check(case: ClaimCase, part: Part) -> Answer:
        own = {(file, page.number): page for file, page in case.pages}
        find = lambda file, page: own.get((file, page)) or read(file, page)  # noqa: E731
        answer = make_answer(case, find, numbers)
        started = time.perf_counter()
        found = check_answer(answer, read_page=lambda n, page: find(names[n], page), embed=embed, spanish=spanish)
        part.ms.append(1000 * (time.perf_counter() - started))
        return found

    for case in cases:
        part = parts[part_of(case)]
        found = check(case, part)
        part.true += 1
        wrong = [c for c in found.checks if c.verdict != "supported"]
        part.passed += not wrong
        note(case.id, {"passed": float(not wrong)})
        part.blamed += [(case.id, c.claim, explain(c, "en")) for c in wrong[:1]]
    for changed in falsify(cases):
        if kinds and changed.kind not in kinds:
            continue
        part = parts[part_of(changed.case)]
        found = check(changed.case, part)
        is_caught = any(c.verdict != "supported" for c in found.checks)
        part.changed += 1
        part.caught += is_caught
        text = hashlib.sha256(changed.case.text.encode()).hexdigest()[:8]
        note(f"{changed.case.id} {changed.kind} {text}", {"caught": float(is_caught)})
        part.by_kind[changed.kind][0] += is_caught
        part.by_kind[changed.kind][1] += 1
        if not is_caught:
            part.missed.append((changed.case.id, changed.kind, changed.case.text))
    return {name: part.report(examples) for name, part in parts.items()}
