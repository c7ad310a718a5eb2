"""The closed loop played by a script: wrong answers are corrected, the corrections learned from, other questions asked.

    python -m core.evaluation.loop [--documents DIR --cases FILE --words FILE] [--workspace DIR] [--corrections N]
                                   [--report FILE] [--no-adapter]

Without arguments it plays on the sample company: its people say 'fletes' where every document says 'portes'. It uses
what the pages use: turns, corrections, their approval, proposed words, a training job, the gate, promotion. Cases are
JSON lines as `cases` reads them, with `part` 'learn' or 'test'; no question of the test is ever corrected. `--words`
says what the house's words mean ({"said", "meant": [...]}): it is the knowledge of the person who approves, and only
what the product proposes is approved. What is printed: right before and after, by what was learned, with intervals.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import samples, turns
from core import settings as settings_table
from core.assistant import last_answer
from core.errors import AppError
from core.evaluation import glossary, learn
from core.evaluation.cases import EvalCase, to_case
from core.evaluation.compare import compare, verdict
from core.evaluation.fill import fill, wait
from core.evaluation.runs import RunSummary, compare_runs, holdings_of, run_set
from core.evaluation.score import score
from core.evaluation.variants import Variant
from core.house_words import stems_of
from core.i18n import error_text, fold_space
from core.records import AdapterCard, Answer, JobStatus, QueryResult
from core.state import case_sets, chats, feedback, house_words, jobs
from core.state.database import Database
from core.state.house_words import HouseWord
from core.training import queue
from core.training.presets import PRESETS
from core.workspace import Workspace, open_workspace

_HELD_OUT = "loop-test"
_ADAPTER = "loop"
_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of the questions that were held out, by what had been learned until then."""

    name: str
    run_id: int


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.loop")
    parser.add_argument("--documents", type=Path, help="a folder of documents and tables (default: the sample)")
    parser.add_argument("--cases", type=Path, default=samples.loop_cases(), help="JSON lines with 'part'")
    parser.add_argument("--words", type=Path, default=samples.loop_words(), help="JSON lines: said, meant")
    parser.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")
    parser.add_argument("--corrections", type=int, default=60, help="at most so many wrong answers are corrected")
    parser.add_argument("--no-adapter", dest="adapter", action="store_false", help="train no adapter")
    parser.add_argument("--report", type=Path, help="write the report there as JSON")
    options = parser.parse_args(arguments)
    try:
        with _workspace(options.workspace) as player:
            report = player.play(options)
    except AppError as error:
        sys.stderr.write(error_text(error, "en") + "\n")
        return 2
    if options.report:
        options.report.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    sys.stdout.write(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return 0


@contextmanager
def _workspace(kept: Path | None) -> Iterator[Player]:
    folder = kept or Path(tempfile.mkdtemp(prefix="cotejo-loop-"))
    player = Player(open_workspace(settings_table.load(folder)))
    try:
        yield player
    finally:
        player.workspace.close()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def read_parts(path: Path) -> dict[str, list[EvalCase]]:
    """The cases of a file by their part; AppError `evaluation.case` names a line that is none."""
    parts: dict[str, list[EvalCase]] = {"learn": [], "test": []}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            parts[row["part"]].append(to_case(row, number))
        except (ValueError, KeyError, TypeError) as error:
            raise AppError("evaluation.case", path=path.name, line=number, detail=str(error)) from None
    return parts


class Player:
    """Plays the user, the reviewer and the one who trains, in a workspace of its own."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.stages: list[Stage] = []

    @property
    def db(self) -> Database:
        return self.workspace.db

    def play(self, options: argparse.Namespace) -> dict[str, Any]:
        """The whole loop; see the module for what is in the report."""
        fill(self.workspace, options.documents)
        parts = read_parts(options.cases)
        set_id = self._keep_set(_HELD_OUT, parts["test"])
        self._ask_set("before", set_id)
        corrected, asked = self._correct(parts["learn"], options.corrections)
        taken = self._approve_corrections()
        mended = case_sets.create_set(self.db, learn.CORRECTIONS)
        self._ask_set("corrections", set_id)
        proposals, words = self._approve_words(_read_words(options.words))
        self._ask_set("words", set_id)
        adapter = self._train_and_judge(words, set_id) if options.adapter else None
        fixed = self._run(mended, "after").scores.get("right", 0.0)
        return {
            "asked": asked,
            "wrong": len(corrected),
            "approved": taken,
            "words_proposed": proposals,
            "words_approved": [f"{word.said} = {word.meant}" for word in words],
            "adapter": adapter,
            "held_out": _compare_stages(self.db, set_id, self.stages),
            "corrected_cases_right": round(fixed, 4),
        }

    # ------------------------------------------------------------ asking

    def _keep_set(self, name: str, cases: Sequence[EvalCase]) -> int:
        set_id = case_sets.create_set(self.db, name)
        case_sets.add_cases(self.db, set_id, [dataclasses.asdict(case) for case in cases], "file")
        return set_id

    def _ask_set(self, stage: str, set_id: int) -> None:
        self.stages.append(Stage(stage, self._run(set_id, stage).run_id))

    def _run(self, set_id: int, name: str) -> RunSummary:
        assistant = self.workspace.assistant
        return run_set(self.db, set_id, Variant(name), assistant, holdings_of(self.db, assistant))

    # ------------------------------------------------------------ correcting

    def _correct(self, cases: Sequence[EvalCase], most: int) -> tuple[list[str], int]:
        """Ask as the chat does; correct what is wrong. The questions corrected, and how many were asked."""
        order = list(cases)
        random.Random(0).shuffle(order)
        conversation, corrected = chats.create_conversation(self.db), []
        for asked, case in enumerate(order, 1):
            answer = last_answer(self.workspace.assistant.ask(case.question, lang=case.lang))
            turn_id = chats.add_turn(self.db, conversation, case.question, "loop")
            chats.finish_turn(self.db, turn_id, answer)
            turns.record(self.db, self.workspace.settings, answer, turn_id)
            if score(case, answer, self._gold)["right"]:
                feedback.vote(self.db, turn_id, 1)
                continue
            self._correct_one(case, turn_id, answer)
            corrected.append(case.question)
            if len(corrected) == most:
                return corrected, asked
        return corrected, len(order)

    def _correct_one(self, case: EvalCase, turn_id: int, answer: Answer) -> None:
        """What a person who knows better gives: the statement, or the passage with its right words."""
        if case.gold_sql:
            self.workspace.tables.run(case.gold_sql)  # raises where the guard refuses it, as on the page
            learn.correct(self.db, turn_id, reason="wrong", sql=case.gold_sql)
            return
        place = self._find_passage(case, answer)
        learn.correct(self.db, turn_id, reason="wrong", text=case.answers[0], place=place)

    def _find_passage(self, case: EvalCase, answer: Answer) -> learn.Passage | None:
        """The right passage among those found, else by searching for its words, as a person would."""
        searched = self.workspace.index.search(case.answers[0], lang=case.lang, k=_PASSAGES)
        for hit in (*answer.hits, *searched.hits):
            piece = fold_space(hit.piece)
            if hit.file in case.files and hit.page == case.page and any(fold_space(a) in piece for a in case.answers):
                return learn.Passage(hit.document_id, hit.file, hit.page, hit.piece)
        return None

    def _gold(self, sql: str) -> QueryResult:
        return self.workspace.tables.run(sql).result

    # ------------------------------------------------------------ learning

    def _approve_corrections(self) -> dict[str, int]:
        kinds: dict[str, int] = {}
        for correction in feedback.corrections(self.db):
            learn.approve(self.db, correction, self.workspace.tables.catalog())
            kinds[correction.kind] = kinds.get(correction.kind, 0) + 1
        return kinds

    def _approve_words(self, meanings: dict[str, list[str]]) -> tuple[dict[str, int], list[HouseWord]]:
        """Take the proposals that are true and leave the others."""
        counts, taken = {"proposed": 0, "true": 0, "true_first": 0}, []
        approved = feedback.corrections(self.db, "approved")
        known = house_words.list_words(self.db, None)
        for one in glossary.propose(approved, self.workspace.index, self.workspace.tables.catalog(), known):
            counts["proposed"] += 1
            wanted = [text.casefold() for said, texts in meanings.items() if _holds(one, said) for text in texts]
            place = next((n for n, m in enumerate(one.meanings) if m.text.casefold() in wanted), None)
            if place is None:
                continue
            counts["true"] += 1
            counts["true_first"] += place == 0
            words = one.meanings[place].words(one.said, one.lang, one.origins)
            taken += [dataclasses.replace(word, id=house_words.add(self.db, word)) for word in words]
        return counts, taken

    def _train_and_judge(self, words: Sequence[HouseWord], set_id: int) -> dict[str, Any]:
        """Train, judge and, where it passed, use an adapter: first without the words, then with them."""
        card = self._train()
        told = {"pairs": card.data, "passed": card.passed, "reasons": card.reasons, "scores": card.scores}
        if not card.passed:
            return told
        for word in words:
            house_words.remove(self.db, word)
        self.workspace = self.workspace.change_settings(retriever_adapter=_ADAPTER)
        wait(self.workspace, self.workspace.library.fully_embedded)
        self._ask_set("adapter", set_id)
        for word in words:
            house_words.add(self.db, word)
        self._ask_set("all", set_id)
        return told

    def _train(self) -> AdapterCard:
        """The adapter's card, whatever its verdict. AppError where the training itself failed."""
        settings = self.workspace.settings
        pairs = [*learn.corrected_pairs(self.db), *learn.pairs_in_house_words(self.db)]
        origins = [pair.origin for pair in learn.training_pairs(self.db)]
        job = queue.queue_training(self.db, settings, _ADAPTER, pairs, PRESETS["quick"].config, {"seed": 0}, origins)

        def run() -> JobStatus:
            return next(run for run in queue.list_runs(self.db) if run.id == job)

        wait(self.workspace, lambda: run().state not in jobs.OPEN)
        card = queue.read_verdict(settings, _ADAPTER)
        if card is None:
            key, params = run().error or ("training.broke_off", {"code": 1})
            raise AppError(key, **params)
        return card


def _compare_stages(db: Database, set_id: int, stages: Sequence[Stage]) -> dict[str, Any]:
    """Every stage against the first, by the kind of the case, with the interval of the difference."""
    kinds = {held.id: held.data["kind"] for held in case_sets.list_cases(db, set_id)}
    before = stages[0].run_id
    report: dict[str, Any] = {"cases": len(kinds)}
    for stage in stages:
        found = compare_runs(db, before, stage.run_id)
        report[stage.name] = {"right": round(found.mean_b, 4)}
        if stage.run_id != before:
            report[stage.name] |= {
                "gain": round(found.difference, 4), "low": round(found.low, 4), "high": round(found.high, 4),
                "better": len(found.better), "worse": len(found.worse), "p": round(found.p_value, 6),
                "said": verdict(found, "en"), "by_kind": _by_kind(db, before, stage.run_id, kinds),
            }  # fmt: skip
    return report


def _by_kind(db: Database, before: int, after: int, kinds: dict[int, str]) -> dict[str, str]:
    a, b = case_sets.scores_of(db, before), case_sets.scores_of(db, after)
    told = {}
    for kind in sorted(set(kinds.values())):
        first, second = ({str(n): one["right"] for n, one in run.items() if kinds[n] == kind} for run in (a, b))
        found = compare(first, second)
        told[kind] = f"{found.mean_a:.3f} -> {found.mean_b:.3f} of {found.cases}, {found.low:+.3f} to {found.high:+.3f}"
    return told


def _holds(proposal: glossary.Proposal, said: str) -> bool:
    """Whether it is about this word of the house, alone or among others ('nota media' of 'nota')."""
    stems = stems_of(said, proposal.lang)
    return bool(stems) and set(stems) <= set(stems_of(proposal.said, proposal.lang))


def _read_words(path: Path) -> dict[str, list[str]]:
    """What the words mean, by what is said."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {row["said"]: row["meant"] for row in rows}


if __name__ == "__main__":
    sys.exit(main())
