"""Measures quality on cases, over the very assistant that the app uses; prints one JSON object.

    python -m core.evaluation.run retrieval --cases FILE.jsonl --documents DIR [--workspace DIR] [--limit N]
    python -m core.evaluation.run learned --set FILE.jsonl=DIR [--also FILE.jsonl=DIR] [--workspaces DIR]
    python -m core.evaluation.run sql --cases FILE.jsonl --databases DIR
    python -m core.evaluation.run routing --cases FILE.jsonl --documents DIR [--workspaces DIR] [--held-out NAME ...]
    python -m core.evaluation.run both --cases FILE.jsonl --documents DIR [--workspaces DIR]
    python -m core.evaluation.run conversations --cases FILE.jsonl --documents DIR [--workspaces DIR]
    python -m core.evaluation.run set --cases FILE --documents DIR [--set NAME=VALUE ...]
    python -m core.evaluation.run validation --cases FILE.jsonl --documents DIR   (or --tatqa FILE)
    python -m core.evaluation.run validation --groundedness MODEL [--workspace DIR]

`retrieval`: recall@1/5, MRR and nDCG of dense, BM25, rank fusion and ours in one run; then the answers themselves.
`learned`: what the packaged encoder and the sentence ranker give over plain ones, by article: cases have an `article`.
`sql`: execution accuracy, by kind of query. `routing`: the right route, over a folder of documents and tables for each
workspace that the cases name; with `--fit FILE` the router's weights are fitted on those not held out and written.
`both`: questions for both sides, their rows, quotes and agreement. `conversations`:
follow-ups, turn by turn: route, rows, quotes, charts. `set`: whole turns on documents and tables.
`validation`: changed answers that the checks catch, true ones that pass; or a groundedness model against the rules.
A workspace is made for the run, or kept where one is named.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core import settings as settings_table
from core.chat.train import search_cases
from core.errors import AppError
from core.evaluation.answers import measure_answers
from core.evaluation.baseline import Notes, fallen, read_scores, write_scores
from core.evaluation.both_cases import judge_both, read_both_cases, summarize_both
from core.evaluation.cases import read_case_file
from core.evaluation.claim_cases import read_claim_cases
from core.evaluation.claims import measure_claims
from core.evaluation.conversations import read_conversations, summarize_conversations, tell_conversation
from core.evaluation.fill import fill
from core.evaluation.groundedness import compare_groundedness
from core.evaluation.learned import learn_rankers, measure_learned
from core.evaluation.retrieval import measure_retrieval, read_cases
from core.evaluation.routing import ask_case, fit_router, gather, read_routing_cases, summarize_routing
from core.evaluation.runs import holdings_of, run_set
from core.evaluation.sql_cases import SqlCase, measure_cases, read_sql_cases, summarize
from core.evaluation.tatqa import read_tatqa
from core.evaluation.variants import Variant
from core.i18n import detect_language, error_text, translate
from core.models.embedder import load_embedder
from core.models.groundedness import describe_card, hash_weights, load_groundedness, write_card
from core.models.loading import find_folder
from core.records import QueryResult, SqlAnswer
from core.sql.lexicon import builtin_lexicon
from core.sql.sources import import_source
from core.sql.tables import Tables
from core.state import case_sets
from core.workspace import Workspace, open_workspace


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    notes = Notes()
    try:
        before = read_scores(options.against, options.command) if options.against else None
        report = options.run(options, notes)
        if options.save:
            write_scores(options.save, options.command, notes.scores)
        if before is not None:
            report["fell"] = fallen(before, notes.scores)
    except AppError as error:
        sys.stderr.write(error_text(error, "en") + "\n")
        return 2
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    sys.stderr.writelines(f"{line}\n" for line in report.get("fell", ()))
    return 1 if report.get("fell") else 0


def _parser() -> argparse.ArgumentParser:
    """The commands, each with its function as `run`."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.run")
    chosen = parser.add_subparsers(dest="command", required=True)
    for name, run, told, add_arguments in (
        ("retrieval", run_retrieval, "documents: what is found, quoted, declined", _retrieval_arguments),
        ("learned", run_learned, "documents: what the learned parts give, on other articles", _learned_arguments),
        ("sql", run_sql, "tables: execution accuracy without a language model", _sql_arguments),
        ("routing", run_routing, "documents, data, both or nowhere: the right route", _routing_arguments),
        ("both", run_both, "questions for documents and tables together", _workspaces_arguments),
        (
            "conversations",
            run_conversations,
            "follow-ups over documents and tables, turn by turn",
            _workspaces_arguments,
        ),
        ("validation", run_validation, "changed answers caught, true ones passed", _validation_arguments),
        ("set", run_whole, "whole turns, routed as in the chat; a gate against an earlier run", _whole_arguments),
    ):
        command = chosen.add_parser(name, help=told)
        command.set_defaults(run=run)
        add_arguments(command)
        command.add_argument("--save", type=Path, metavar="FILE", help="write the scores, to compare later runs with")
        command.add_argument("--against", type=Path, metavar="FILE", help="scores saved by an earlier run")
    return parser


# ---------------------------------------------------------------- documents


def _retrieval_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, required=True)
    command.add_argument("--documents", type=Path, required=True)
    command.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")
    command.add_argument("--limit", type=int, help="only the first N cases")


def run_retrieval(options: argparse.Namespace, note: Notes) -> dict:
    cases = read_cases(options.cases)[: options.limit]
    with _workspace(options.workspace) as workspace:
        fill(workspace, options.documents)
        ranked = measure_retrieval(workspace.index, cases, workspace.library.page, note)
        answers = measure_answers(workspace.assistant, workspace.library, cases, note)
    return {"retrieval": dataclasses.asdict(ranked), "answers": dataclasses.asdict(answers)}


def _learned_arguments(command: argparse.ArgumentParser) -> None:
    told = {"action": "append", "default": [], "metavar": "CASES.jsonl=DOCUMENTS"}
    command.add_argument("--set", dest="sets", required=True, help="questions to measure and to learn from", **told)
    command.add_argument("--also", help="questions that the ranker only learns from", **told)
    command.add_argument("--workspaces", type=Path, help="keep (and use again) the workspaces that are built")


def run_learned(options: argparse.Namespace, note: Notes) -> dict:
    """Every set in a workspace as the app makes it; those that are measured also in one of the bare encoder."""
    with tempfile.TemporaryDirectory(prefix="cotejo-run-") as place:
        root, asked = options.workspaces or Path(place), {}
        for pair in (*options.sets, *options.also):
            cases, documents = map(Path, pair.split("=", 1))
            for adapter in ("builtin", "none") if pair in options.sets else ("builtin",):
                folder = root / f"{cases.stem}_{adapter}"
                with _workspace(folder, {"retriever_adapter": adapter}) as workspace:
                    fill(workspace, documents)
                asked[cases.stem, adapter] = search_cases("rank", f"{cases}={folder}")
        rankers = learn_rankers([one for (_, adapter), found in asked.items() if adapter == "builtin" for one in found])
        measured = (name for name, adapter in asked if adapter == "none")
        return {name: measure_learned(asked[name, "none"], asked[name, "builtin"], rankers) for name in measured}


@contextmanager
def _workspace(kept: Path | None, changes: dict[str, str] | None = None) -> Iterator[Workspace]:
    folder = kept or Path(tempfile.mkdtemp(prefix="cotejo-run-"))
    settings = settings_table.load(folder).replace(**(changes or {}))
    settings_table.save(settings)  # the worker reads them too
    workspace = open_workspace(settings)
    try:
        yield workspace
    finally:
        workspace.close()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


# ---------------------------------------------------------------- whole turns


def _whole_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, required=True, help="JSONL, CSV, SQuAD or Spider")
    command.add_argument("--documents", type=Path, required=True, help="a folder of documents and tables")
    command.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")
    command.add_argument("--set", dest="changes", action="append", default=[], metavar="NAME=VALUE", help="a setting")


def run_whole(options: argparse.Namespace, note: Notes) -> dict:
    changes = dict(change.partition("=")[::2] for change in options.changes)
    cases = read_case_file(options.cases)
    with _workspace(options.workspace, changes) as workspace:
        fill(workspace, options.documents)
        name = options.cases.name
        set_id = case_sets.create_set(workspace.db, name)
        case_sets.add_cases(workspace.db, set_id, [dataclasses.asdict(case) for case in cases], "file")
        holdings = holdings_of(workspace.db, workspace.assistant)
        found = run_set(workspace.db, set_id, Variant(name, changes), workspace.assistant, holdings)
        ids = {held.id: held.data["id"] for held in case_sets.list_cases(workspace.db, set_id)}
        for number, scores in case_sets.scores_of(workspace.db, found.run_id).items():
            note(ids[number], scores)
    return dataclasses.asdict(found)


# ---------------------------------------------------------------- routes


def _workspaces_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, required=True)
    command.add_argument("--documents", type=Path, required=True, help="a folder for each workspace of the cases")
    command.add_argument("--workspaces", type=Path, help="keep (and use again) the workspaces that are built")


def _routing_arguments(command: argparse.ArgumentParser) -> None:
    _workspaces_arguments(command)
    command.add_argument(
        "--held-out", nargs="*", default=[], metavar="NAME", help="workspaces told apart in the report"
    )
    command.add_argument("--fit", type=Path, metavar="FILE", help="fit the weights on the others and write them")


def run_routing(options: argparse.Namespace, note: Notes) -> dict:
    """Ask every case in its workspace; or, to fit, gather what the router reads of those that are not held out."""
    cases, answered, gathered = read_routing_cases(options.cases), [], []
    for name in dict.fromkeys(case.workspace for case in cases):
        with _workspace(options.workspaces / name if options.workspaces else None) as workspace:
            fill(workspace, options.documents / name)
            own = [case for case in cases if case.workspace == name]
            if options.fit is None:
                answered += [(case, ask_case(workspace.assistant, case)) for case in own]
            elif name not in options.held_out:
                gathered += [row for case in own if (row := gather(workspace.assistant, case)) is not None]
    if options.fit is None:
        for case, answer in answered:
            note(case.id, {"route": case.route == answer.route.kind})
        return summarize_routing(answered, options.held_out)
    options.fit.write_text(json.dumps(fit_router(gathered), indent=1) + "\n", encoding="utf-8")
    return {"fitted_on": len(gathered), "weights": str(options.fit)}


def run_both(options: argparse.Namespace, note: Notes) -> dict:
    cases, answered = read_both_cases(options.cases), []
    for name in dict.fromkeys(case.workspace for case in cases):
        with _workspace(options.workspaces / name if options.workspaces else None) as workspace:
            fill(workspace, options.documents / name)
            answered += [(case, ask_case(workspace.assistant, case)) for case in cases if case.workspace == name]
    for case, answer in answered:
        parts = dict(zip(("rows", "quote", "agreement"), judge_both(case, answer), strict=True))
        note(case.id, {**parts, "right": all(parts.values())})
    return summarize_both(answered)


def run_conversations(options: argparse.Namespace, note: Notes) -> dict:
    cases, told = read_conversations(options.cases), []
    for name in dict.fromkeys(case.workspace for case in cases):
        with _workspace(options.workspaces / name if options.workspaces else None) as workspace:
            fill(workspace, options.documents / name)
            own = [case for case in cases if case.workspace == name]
            told += [(case, tell_conversation(workspace.assistant, case)) for case in own]
    for case, turns in told:
        for number, turn in enumerate(turns, 1):
            note(f"{case.id}.{number}", {**turn.verdicts, "right": turn.right})
    return summarize_conversations(told)


# ---------------------------------------------------------------- statements


def _validation_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, help="JSONL of true answers with their citations or rows")
    command.add_argument("--documents", type=Path, help="the folder of the cited files")
    command.add_argument("--tatqa", type=Path, help="TAT-QA's JSON: true answers, and one figure changed in each")
    command.add_argument(
        "--groundedness", metavar="MODEL", help="a folder or Hugging Face id: measured against the rules"
    )
    command.add_argument("--workspace", type=Path, help="with --groundedness: where the verdict is kept")
    command.add_argument("--examples", type=int, default=0, help="failures to list")
    command.add_argument("--limit", type=int, help="only the first N cases")


def run_validation(options: argparse.Namespace, note: Notes) -> dict:
    if options.groundedness:
        return run_groundedness(options)
    given = {"spanish": builtin_lexicon().spanish, "examples": options.examples, "note": note}
    if options.tatqa:
        cases = read_tatqa(options.tatqa)[: options.limit]
        return measure_claims(cases, lambda file, page: None, kinds=("figure",), **given)
    if not options.cases:
        raise AppError("evaluation.no_cases")
    cases = read_claim_cases(options.cases)[: options.limit]
    with _workspace(None) as workspace:
        for file in workspace.library.add_folder(options.documents) if options.documents else ():
            workspace.library.ingest(file)
        ids = {document.name: document.id for document in workspace.library.documents()}
        embedder = load_embedder("builtin", settings_table.cache_folder())
        return measure_claims(
            cases,
            lambda file, page: workspace.library.page(ids[file], page) if file in ids else None,
            embed=embedder.encode,
            **given,
        )


def run_groundedness(options: argparse.Namespace) -> dict:
    """Measure a groundedness model against the rules; its card decides whether it may be used."""
    name = options.groundedness
    model = load_groundedness(name)
    card = compare_groundedness(
        name, hash_weights(find_folder(name)), model, spanish=builtin_lexicon().spanish, limit=options.limit
    )
    if options.workspace is not None:
        options.workspace.mkdir(parents=True, exist_ok=True)
        write_card(options.workspace, card)
    key, figures = describe_card(card)
    return {**dataclasses.asdict(card), "in_words": translate(key, "en", **figures)}


# ---------------------------------------------------------------- tables


def _sql_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, required=True)
    command.add_argument(
        "--databases", type=Path, required=True, help="a folder or file a database, named as in the cases"
    )
    command.add_argument("--limit", type=int, help="only the first N cases")


def run_sql(options: argparse.Namespace, note: Notes) -> dict:
    cases = read_sql_cases(options.cases)[: options.limit]
    with tempfile.TemporaryDirectory(prefix="cotejo-run-") as place:
        opened = {name: _open_database(options.databases, name, Path(place)) for name in {case.db for case in cases}}
        try:
            outcomes = measure_cases(cases, lambda case: _ask(opened, case), lambda db, sql: _rows(opened[db], sql))
        finally:
            for tables in opened.values():
                tables.close()
    for outcome in outcomes:
        note(outcome.case.id, {"right": outcome.right, "among": outcome.among})
    return dataclasses.asdict(summarize(outcomes))


def _open_database(root: Path, name: str, place: Path) -> Tables:
    """The tables of one database: a folder of files, or the file of that name (with any ending)."""
    found = [path for path in root.iterdir() if path.name == name or path.stem == name]
    if not found:
        raise AppError("evaluation.no_database", name=name, folder=str(root))
    tables = Tables(settings_table.load(place / name))
    members = sorted(found[0].rglob("*")) if found[0].is_dir() else found
    for path in members:
        if path.is_file() and path.suffix.lower() in (".csv", ".sqlite", ".db", ".duckdb", ".parquet", ".xlsx"):
            import_source(path, path.name, tables.folder)
    return tables


def _ask(opened: dict[str, Tables], case: SqlCase) -> SqlAnswer:
    return opened[case.db].ask(case.question, case.lang or detect_language(case.question))


def _rows(tables: Tables, sql: str) -> QueryResult:
    try:
        return tables.run(sql).result
    except AppError as error:
        return QueryResult(error=(error.key, error.params))


if __name__ == "__main__":
    sys.exit(main())
