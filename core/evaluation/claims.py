"""How many changed answers the checks catch, and how many true ones they let pass: by kind, on two parts.

Parts are named by the cases, or drawn by a hash of the case's id: rules may be built on one, the other only reports.
A part that has false statements of its own is judged by those, any other by machine-made changes of its true ones.
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
from core.evaluation.falsify import Changed, falsify
from core.records import Answer, Check, Page
from core.validation.check import check_answer, explain
from core.validation.support import Embed
from core.validation.vocabulary import Spanish

Tally = dict[str, list[int]]


@dataclass
class Part:
    """Counts of one part; `missed` and `blamed` are what went wrong, with the reason given."""

    true: int = 0
    passed: int = 0
    changed: int = 0
    caught: int = 0
    by_kind: Tally = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    true_by_kind: Tally = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    by_language: Tally = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    blamed: list[tuple[str, str, str]] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def add_true(self, case: ClaimCase, found: Answer) -> None:
        wrong = _doubted(found)
        self.true += 1
        self.passed += not wrong
        self.blamed += [(case.id, c.claim, explain(c, "en")) for c in wrong[:1]]
        if case.kind:
            _add(self.true_by_kind[case.kind], not wrong)
        _add(self.by_language[case.lang], not wrong)

    def add_changed(self, changed: Changed, found: Answer) -> None:
        is_caught = bool(_doubted(found))
        self.changed += 1
        self.caught += is_caught
        _add(self.by_kind[changed.kind], is_caught)
        _add(self.by_language[changed.case.lang], is_caught, at=2)
        if not is_caught:
            self.missed.append((changed.case.id, changed.kind, changed.case.text))

    def report(self, examples: int) -> dict[str, Any]:
        return {
            "true": self.true,
            "passed": round(self.passed / max(self.true, 1), 4),
            "changed": self.changed,
            "caught": round(self.caught / max(self.changed, 1), 4),
            "by_kind": {kind: f"{caught}/{of}" for kind, (caught, of) in sorted(self.by_kind.items())},
            "true_by_kind": {kind: f"{passed}/{of}" for kind, (passed, of) in sorted(self.true_by_kind.items())},
            "by_language": {
                lang: {"passed": f"{passed}/{true}", "caught": f"{caught}/{changed}"}
                for lang, (passed, true, caught, changed) in sorted(self.by_language.items())
            },
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

    told = {part_of(case) for case in cases if not case.true}  # parts that bring their own false statements
    for case in cases:
        if case.true:
            part, found = parts[part_of(case)], check(case, parts[part_of(case)])
            part.add_true(case, found)
            note(case.id, {"passed": float(not _doubted(found))})
    false = [Changed(case.kind or "written", case) for case in cases if not case.true]
    false += falsify([case for case in cases if part_of(case) not in told])
    for changed in false:
        if kinds and changed.kind not in kinds:
            continue
        part = parts[part_of(changed.case)]
        found = check(changed.case, part)
        part.add_changed(changed, found)
        text = hashlib.sha256(changed.case.text.encode()).hexdigest()[:8]
        note(f"{changed.case.id} {changed.kind} {text}", {"caught": float(bool(_doubted(found)))})
    return {name: part.report(examples) for name, part in parts.items()}


def _add(counts: list[int], right: bool, at: int = 0) -> None:
    counts[at] += right
    counts[at + 1] += 1


def _doubted(found: Answer) -> list[Check]:
    return [check for check in found.checks if check.verdict != "supported"]
