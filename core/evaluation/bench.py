"""How fast, and with how much memory: ingest (beside a plain LlamaIndex pipeline on the same files), query, first use.

    python -m core.evaluation.bench ingest --documents DIR [--plain]
    python -m core.evaluation.bench query --documents DIR [--passages 10000] [--questions FILE.jsonl]
    python -m core.evaluation.bench first-answer --document FILE [--question TEXT]
    python -m core.evaluation.bench paint [--rounds 5]
    python -m core.evaluation.bench monitoring [--questions 100000]
    python -m core.evaluation.bench first-token [--delay-ms 200] [--page] [--workspace DIR]

Each figure is printed with the others of its run, since only ratios taken in one run can be compared. It judges no
quality; `core.evaluation.run` does.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from core import samples
from core import settings as settings_table
from core.assistant import last_answer
from core.charts.draw import draw
from core.documents.layout import layout_to_json
from core.evaluation import first_token
from core.evaluation.fill import fill
from core.evaluation.paint import measure_paint
from core.monitoring import trends
from core.monitoring.report import make_report
from core.records import Chunk, Page, ParsedDocument, Piece, Sentence, Trace
from core.state import documents, jobs, traces, vectors
from core.state.database import Database
from core.workspace import Workspace, open_workspace

_POLL_S = 0.02


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.bench")
    commands = parser.add_subparsers(dest="command", required=True)
    ingest = commands.add_parser("ingest", help="seconds per stage until searchable and until embedded")
    ingest.add_argument("--documents", type=Path, required=True)
    ingest.add_argument("--plain", action="store_true", help="also run LlamaIndex's own pipeline on the PDFs")
    query = commands.add_parser("query", help="milliseconds per question, and memory, at a given size")
    query.add_argument("--documents", type=Path, required=True)
    query.add_argument("--passages", type=int, default=10000)
    query.add_argument("--questions", type=Path, help="JSONL with `question`; else sentences of the documents")
    query.add_argument("--workspace", type=Path, help="keep (and use again) the workspace that is built")
    first = commands.add_parser("first-answer", help="seconds from dropping a file to a cited answer from it")
    first.add_argument("--document", type=Path, required=True)
    first.add_argument("--question", help="else a sentence of the document")
    paint = commands.add_parser("paint", help="first heading in a browser, beside an empty Streamlit app")
    paint.add_argument("--rounds", type=int, default=5)
    watched = commands.add_parser("monitoring", help="cost of recording a question, and of a report over many")
    watched.add_argument("--questions", type=int, default=100_000)
    token = commands.add_parser("first-token", help="what is added to a language model's own time to first token")
    token.add_argument("--delay-ms", type=float, default=200.0, help="the scripted model's own time")
    token.add_argument("--page", action="store_true", help="on the page too, in a headless browser")
    token.add_argument("--workspace", type=Path, help="keep (and use again) the workspace of the samples that is built")
    options = parser.parse_args(arguments)
    benches = {
        "ingest": bench_ingest,
        "query": bench_query,
        "first-answer": bench_first_answer,
        "paint": bench_paint,
        "monitoring": bench_monitoring,
        "first-token": bench_first_token,
    }
    report = benches[options.command](options)
    print(json.dumps(report, indent=2))
    return 0


# ---------------------------------------------------------------- ingest


def bench_ingest(options: argparse.Namespace) -> dict:
    """Wall seconds from the first file queued, in a new workspace with a cold worker."""
    report = {"ours": _ingest_ours(options.documents)}
    if options.plain:
        command = [sys.executable, "-m", "core.evaluation.plain_pipeline", str(options.documents)]
        report["plain"] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        ours, plain = report["ours"], report["plain"]
        report["times_faster"] = {
            "searchable": round(plain["total_s"] / ours["searchable_s"], 1),
            "passages_embedded": round(plain["total_s"] / ours["passages_embedded_s"], 2),
            "sentences_embedded": round(plain["total_s"] / ours["sentences_embedded_s"], 2),
        }
    return report


def _ingest_ours(folder: Path) -> dict:
    workspace = open_workspace(settings_table.load(Path(tempfile.mkdtemp(prefix="cotejo-bench-"))))
    memory = PeakMemory()
    try:
        started = time.perf_counter()
        workspace.library.add_folder(folder)
        workspace.start_worker()
        searchable = _wait(lambda: jobs.count_open(workspace.db) == 0, started)
        passages = _wait(lambda: _all_made(workspace, "piece"), started)
        sentences = _wait(lambda: _all_made(workspace, "sentence"), started)
        progress = vectors.embedding_progress(workspace.db, workspace.library.active_model())
        rows = workspace.library.files()
    finally:
        workspace.close()
        shutil.rmtree(workspace.settings.workspace, ignore_errors=True)
    return {
        "files": len(rows),
        "searchable_s": round(searchable, 2),
        "passages_embedded_s": round(passages, 2),
        "sentences_embedded_s": round(sentences, 2),
        "passages": progress["piece"][1],
        "sentences": progress["sentence"][1],
        "passages_per_s": round(progress["piece"][1] / max(passages - searchable, 0.001), 1),
        "peak_memory_mb": memory.stop(),
    }


def _all_made(workspace: Workspace, kind: str) -> bool:
    """A model becomes the active one when it has embedded every passage."""
    model = workspace.library.active_model()
    made, wanted = vectors.embedding_progress(workspace.db, model)[kind]
    return bool(model) and made >= wanted


def _wait(condition: Callable[[], bool], started: float) -> float:
    while not condition():
        time.sleep(_POLL_S)
    return time.perf_counter() - started


class PeakMemory:
    """The highest resident memory of this process and its children, sampled every 50 ms."""

    def __init__(self) -> None:
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Peak in MB."""
        self._done.set()
        self._thread.join()
        return round(self._peak / 1e6)

    def _sample(self) -> None:
        own = psutil.Process()
        while not self._done.wait(0.05):
            total = 0
            for process in (own, *own.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self._peak = max(self._peak, total)


# ---------------------------------------------------------------- query


def bench_query(options: argparse.Namespace) -> dict:
    """Wall milliseconds of whole turns in a running process, and the resident memory after them."""
    folder = options.workspace or Path(tempfile.mkdtemp(prefix="cotejo-bench-"))
    workspace = open_workspace(settings_table.load(folder))
    try:
        _fill(workspace, options.documents, options.passages)
        questions = _questions(workspace, options.questions)
        opened = time.perf_counter()
        last_answer(workspace.assistant.ask(questions[0]))
        first_ms = 1000 * (time.perf_counter() - opened)
        answers = [last_answer(workspace.assistant.ask(question)) for question in questions]
        memory = psutil.Process().memory_info().rss / 1e6
    finally:
        workspace.close()
        if options.workspace is None:
            shutil.rmtree(folder, ignore_errors=True)
    stages = sorted({name for answer in answers for name in answer.timings_ms})
    return {
        "passages": options.passages,
        "questions": len(answers),
        "first_ms": round(first_ms),
        "memory_mb": round(memory),
        "ms": {name: _percentiles([answer.timings_ms.get(name, 0.0) for answer in answers]) for name in stages},
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    if len(values) == 1:
        return {"p50": values[0], "p95": values[0]}
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1)}


def _fill(workspace: Workspace, folder: Path, wanted: int) -> None:
    """Index the folder, then recombine its sentences into new passages until there are enough; embed all."""
    if not documents.pieces_after(workspace.db, 0):
        workspace.library.add_folder(folder)
    workspace.start_worker()
    _wait(lambda: jobs.count_open(workspace.db) == 0, 0.0)
    have = len(documents.pieces_after(workspace.db, 0))
    if have < wanted:
        sentences = _all_sentences(workspace)
        documents.add_document(
            workspace.db, *_recombine(sentences, wanted - have), sha256="bench", name="bench", size=0
        )
    _wait(workspace.library.fully_embedded, 0.0)


def _all_sentences(workspace: Workspace) -> list[str]:
    texts = {piece.id: piece for piece in documents.pieces_after(workspace.db, 0)}
    found = []
    for sentence in documents.sentences_after(workspace.db, 0):
        piece = texts[sentence.piece_id]
        found.append(piece.text[sentence.start - piece.start : sentence.end - piece.start].replace("\n", " "))
    return found


def _recombine(sentences: list[str], count: int) -> tuple[ParsedDocument, list[bytes], tuple[list[Piece], list[Chunk]]]:
    """A document of `count` passages of six sentences each, drawn at random (fixed seed) from real ones."""
    draw = random.Random(0)
    pages, pieces = [], []
    for ordinal in range(count):
        chosen = [draw.choice(sentences) for _ in range(6)]
        text, spans = "", []
        for sentence in chosen:
            start = len(text) + (1 if text else 0)
            text = f"{text} {sentence}" if text else sentence
            spans.append(Sentence(ordinal + 1, start, len(text)))
        pages.append(Page(ordinal + 1, text))
        pieces.append(Piece(ordinal + 1, 0, len(text), "", ordinal, tuple(spans)))
    chunks = [Chunk(ordinal, ordinal, ordinal) for ordinal in range(count)]
    return (
        ParsedDocument("txt", "bench", "en", tuple(pages)),
        [layout_to_json(page).encode() for page in pages],
        (pieces, chunks),
    )


def _questions(workspace: Workspace, path: Path | None, limit: int = 200) -> list[str]:
    if path is not None:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["question"] for line in lines if line.strip()][:limit]
    sentences = [text for text in _all_sentences(workspace) if 40 < len(text) < 160]
    return random.Random(1).sample(sentences, min(limit, len(sentences)))


# ---------------------------------------------------------------- first use


def bench_first_answer(options: argparse.Namespace) -> dict:
    """Wall seconds in a running app (its worker up, its models loaded) from a file's arrival to a cited answer."""
    workspace = open_workspace(settings_table.load(Path(tempfile.mkdtemp(prefix="cotejo-bench-"))))
    try:
        _warm_up(workspace)
        started = time.perf_counter()
        workspace.library.add_path(options.document)
        question, citations = options.question, []
        while not citations:
            time.sleep(_POLL_S)
            if question is None and documents.pieces_after(workspace.db, _WARM_PIECES):
                question = _questions(workspace, None, 1)[0]
            if question is not None:
                found = last_answer(workspace.assistant.ask(question, route="documents")).citations
                citations = [citation for citation in found if citation.file != _WARM_NAME]
            if not citations and jobs.count_open(workspace.db) == 0 and workspace.library.fully_embedded():
                break  # everything is there and the question is declined
        seconds = time.perf_counter() - started
        pages = max((document.pages for document in workspace.library.documents()), default=0)
    finally:
        workspace.close()
        shutil.rmtree(workspace.settings.workspace, ignore_errors=True)
    cited = {"page": citations[0].page, "quote": citations[0].quote} if citations else None
    return {"pages": pages, "question": question, "seconds": round(seconds, 2), "cited": cited}


_WARM_NAME = "warm-up"
_WARM_PIECES = 1


def _warm_up(workspace: Workspace) -> None:
    """One small document, read and embedded, and one question: what an app that runs has behind it."""
    text = Page(1, "The kettle was on at noon.")
    piece = Piece(1, 0, len(text.text), "", 0, (Sentence(1, 0, len(text.text)),))
    parsed = ParsedDocument("txt", _WARM_NAME, "en", (text,))
    layout = [layout_to_json(text).encode()]
    documents.add_document(
        workspace.db, parsed, layout, ([piece], [Chunk(0, 0, 0)]), sha256=_WARM_NAME, name=_WARM_NAME, size=0
    )
    workspace.start_worker()
    _wait(workspace.library.fully_embedded, 0.0)
    last_answer(workspace.assistant.ask("Was the kettle on?"))


def bench_paint(options: argparse.Namespace) -> dict:
    return measure_paint(options.rounds)


def bench_first_token(options: argparse.Namespace) -> dict:
    """Milliseconds that questions on the sample documents, routed as in the chat, add to a model's own first token; on
    the page also until the question and the whole answer stand there, and the same with the built-in engine."""
    folder = options.workspace or Path(tempfile.mkdtemp(prefix="cotejo-bench-"))
    workspace = open_workspace(settings_table.load(folder))
    try:
        fill(workspace)
    finally:
        workspace.close()
    questions = [case["question"] for case in samples.questions() if case["kind"] == "documents"]
    try:
        with first_token.scripted_model(options.delay_ms) as url:
            settings = first_token.with_model(settings_table.load(folder), url)
            own = statistics.median(first_token.own_ms(url))
            report = {"own_p50": round(own, 1)}
            asked = open_workspace(settings)
            try:
                report["headless"] = first_token.summarize(first_token.headless_ms(asked.assistant, questions), own)
            finally:
                asked.close()
            if options.page:
                report["page"] = _on_page(settings, questions, own)
                report["page_builtin"] = _on_page(settings.replace(engine="builtin"), questions, own)
    finally:
        if options.workspace is None:
            shutil.rmtree(folder, ignore_errors=True)
    return report


def _on_page(settings: settings_table.Settings, questions: list[str], own: float) -> dict:
    seen = first_token.page_ms(settings, questions)
    words = [found["word"] for found in seen if "word" in found]
    report = first_token.summarize(words, own) if words else {"questions": len(seen)}
    return report | first_token.spread(seen, "question") | first_token.spread(seen, "answer")


# ---------------------------------------------------------------- monitoring


def bench_monitoring(options: argparse.Namespace) -> dict:
    """Milliseconds to record one question, and seconds of a month's report with its figures, drawn."""
    chance = random.Random(0)
    with tempfile.TemporaryDirectory(prefix="cotejo-bench-") as folder:
        db = Database(Path(folder) / "state.sqlite")
        month = 30 * 86_400.0
        made = [_some_trace(chance, time.time() - month * chance.random()) for _ in range(options.questions)]
        traces.record(db, *made)
        writes = [_timed(lambda trace=trace: traces.record(db, trace)) for trace in made[:200]]
        found = {}
        report_s = _timed(lambda: found.update(report=make_report(db)))
        figures_s = _timed(lambda: _draw_all(found["report"]))
        db.close()
    return {
        "questions": found["report"].questions,
        "record_ms": _percentiles([round(1000 * seconds, 2) for seconds in writes]),
        "report_s": round(report_s, 2),
        "figures_s": round(figures_s, 2),
    }


def _some_trace(chance: random.Random, at: float) -> Trace:
    status = chance.choices(("answered", "not_found", "error"), (88, 10, 2))[0]
    stages = {"search": chance.uniform(5, 30), "answer": chance.uniform(2, 20), "execute": chance.uniform(50, 400)}
    return Trace(
        at=at,
        lang=chance.choice(("es", "en")),
        route=chance.choice(("documents", "data", "both")),
        status=status,
        question="How did sales develop in the third quarter of the year?",
        match=chance.random(),
        supported=3,
        unsupported=int(chance.random() < 0.03),
        total_ms=sum(stages.values()),
        stages=stages,
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _draw_all(report) -> None:
    for make in (trends.outcomes, trends.latency, trends.match, trends.routes):
        draw(*make(report, "en"))


if __name__ == "__main__":
    sys.exit(main())
