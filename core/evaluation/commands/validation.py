"""`validation`: changed answers that the checks catch, true ones that pass; or a model against the rules."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from core import settings as settings_table
from core.errors import AppError
from core.evaluation.baseline import Notes
from core.evaluation.claim_cases import read_claim_cases
from core.evaluation.claims import measure_claims
from core.evaluation.groundedness import compare_groundedness
from core.evaluation.tatqa import read_tatqa
from core.evaluation.workspaces import measured_workspace
from core.i18n import translate
from core.lexicon.translate import builtin_bilingual
from core.models.embedder import load_embedder
from core.models.groundedness import describe_card, hash_weights, load_groundedness, write_card
from core.models.loading import find_folder


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--cases", type=Path, help="JSONL of true answers with their citations or rows")
    command.add_argument("--documents", type=Path, help="the folder of the cited files")
    command.add_argument("--tatqa", type=Path, help="TAT-QA's JSON: true answers, and one figure changed in each")
    command.add_argument(
        "--groundedness", metavar="MODEL", help="a folder or Hugging Face id: measured against the rules"
    )
    command.add_argument("--workspace", type=Path, help="with --groundedness: where the verdict is kept")
    command.add_argument("--examples", type=int, default=0, help="failures to list")
    command.add_argument("--limit", type=int, help="only the first N cases")


def run(options: argparse.Namespace, note: Notes) -> dict:
    if options.groundedness:
        return _measure_model(options)
    given = {"spanish": builtin_bilingual().words, "examples": options.examples, "note": note}
    if options.tatqa:
        cases = read_tatqa(options.tatqa)[: options.limit]
        return measure_claims(cases, lambda file, page: None, kinds=("figure",), **given)
    if not options.cases:
        raise AppError("evaluation.no_cases")
    cases = read_claim_cases(options.cases)[: options.limit]
    with measured_workspace(None) as workspace:
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


def _measure_model(options: argparse.Namespace) -> dict:
    """Measure a groundedness model against the rules; its card decides whether it may be used."""
    name = options.groundedness
    model = load_groundedness(name)
    card = compare_groundedness(
        name, hash_weights(find_folder(name)), model, spanish=builtin_bilingual().words, limit=options.limit
    )
    if options.workspace is not None:
        options.workspace.mkdir(parents=True, exist_ok=True)
        write_card(options.workspace, card)
    key, figures = describe_card(card)
    return {**dataclasses.asdict(card), "in_words": translate(key, "en", **figures)}
