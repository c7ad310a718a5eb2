"""The recorded questions for others' tools: metrics as Prometheus reads them, traces as OpenTelemetry takes them.

    python -m core.monitoring.outside --workspace DIR prometheus
    python -m core.monitoring.outside --workspace DIR otlp --endpoint http://127.0.0.1:4318/v1/traces

Run it from a timer; nothing is sent unless it is run. Texts of questions leave only where they are logged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

from core.errors import AppError
from core.i18n import error_text
from core.monitoring.report import DAY_S, Report, last, make_report
from core.records import Trace
from core.state import traces
from core.state.database import Database

_SENT_AT_ONCE = 500
_TIMEOUT_S = 10


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.monitoring.outside")
    parser.add_argument("--workspace", type=Path, required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prometheus", help="the last day as Prometheus text, for a textfile collector")
    otlp = commands.add_parser("otlp", help="send traces that were not sent yet, as OTLP over HTTP")
    otlp.add_argument("--endpoint", required=True)
    options = parser.parse_args(arguments)
    db = Database(options.workspace / "state.sqlite")
    try:
        if options.command == "prometheus":
            sys.stdout.write(to_prometheus(make_report(db, last(DAY_S)), traces.count(db)))
        else:
            sys.stdout.write(f"{send_traces(db, options.endpoint)}\n")
    except AppError as error:
        sys.stderr.write(error_text(error, "en") + "\n")
        return 2
    finally:
        db.close()
    return 0


def to_prometheus(report: Report, total: int) -> str:
    """Prometheus' text format, version 0.0.4: gauges of the last day, one counter of all questions."""
    lines = ["# TYPE cotejo_questions_total counter", f"cotejo_questions_total {total}"]
    lines += ["# TYPE cotejo_questions_day gauge"]
    lines += [
        f'cotejo_questions_day{{outcome="{name}"}} {round(share * report.questions)}'
        for name, share in report.shares.items()
    ]
    lines += ["# TYPE cotejo_answer_milliseconds gauge"]
    for quantile, value in (("0.5", report.total.p50), ("0.95", report.total.p95), ("0.99", report.total.p99)):
        lines.append(f'cotejo_answer_milliseconds{{quantile="{quantile}"}} {value}')
    lines += ["# TYPE cotejo_votes_day gauge"]
    votes = {"up": report.votes_up, "down": report.votes_down}
    lines += [f'cotejo_votes_day{{vote="{name}"}} {count}' for name, count in votes.items()]
    lines += ["# TYPE cotejo_drift gauge", f"cotejo_drift {round(report.drift, 4)}"]
    return "\n".join(lines) + "\n"


def send_traces(db: Database, endpoint: str) -> int:
    """Send what is newer than the last that was sent; how many. Only what arrived is marked as sent."""
    sent = 0
    while True:
        ids = traces.unsent(db, _SENT_AT_ONCE)
        if not ids:
            return sent
        _post(endpoint, to_otlp(traces.read(db, ids)))
        traces.mark_sent(db, ids[-1])
        sent += len(ids)


def to_otlp(found: dict[int, Trace]) -> dict:
    """Traces in OTLP's JSON encoding (opentelemetry-proto 1): a span a question, a child a stage, one after another."""
    spans = []
    for number, trace in sorted(found.items()):
        trace_id = hashlib.sha256(f"trace {number} {trace.at}".encode()).hexdigest()[:32]
        start, root = int((trace.at - trace.total_ms / 1000) * 1e9), trace_id[:16]
        known = {"route": trace.route, "status": trace.status, "engine": trace.engine, "language": trace.lang}
        if trace.question:
            known["question"] = trace.question
        spans.append(_span(trace_id, root, "", "question", start, trace.total_ms, known))
        for place, (name, ms) in enumerate(trace.stages.items()):
            spans.append(_span(trace_id, f"{place + 1:016x}", root, name, start, ms, {}))
            start += int(ms * 1e6)
    scope = {"scope": {"name": "cotejo"}, "spans": spans}
    resource = {"attributes": _attributes({"service.name": "cotejo"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _span(trace_id: str, span_id: str, parent: str, name: str, start: int, ms: float, known: dict[str, str]) -> dict:
    return {
        "traceId": trace_id,
        "spanId": span_id,
        "parentSpanId": parent,
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + int(ms * 1e6)),
        "attributes": _attributes(known),
    }


def _attributes(known: dict[str, str]) -> list[dict]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in known.items()]


def _post(endpoint: str, body: dict) -> None:
    if not endpoint.startswith(("http://", "https://")):
        raise AppError("monitoring.endpoint", endpoint=endpoint)
    request = urllib.request.Request(endpoint, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=_TIMEOUT_S).close()
    except (URLError, OSError) as error:
        raise AppError("monitoring.not_sent", endpoint=endpoint, detail=str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
