"""Metrics and traces for other tools, against a real HTTP collector on this machine."""

import http.server
import json
import re
import threading

import pytest

from core.errors import AppError
from core.monitoring import outside
from core.monitoring.report import make_report
from core.records import Trace
from core.state import traces
from core.state.database import Database


@pytest.fixture
def db(tmp_path):
    opened = Database(tmp_path / "state.sqlite")
    made = [
        Trace(1e9 + n, "en", "data", "answered", total_ms=30.0, stages={"search": 10.0, "answer": 20.0})
        for n in range(7)
    ]
    traces.record(opened, *made)
    yield opened
    opened.close()


@pytest.fixture
def collector():
    received = []

    class Take(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", received
    server.shutdown()
    server.server_close()


def test_prometheus_text(db):
    text = outside.to_prometheus(make_report(db), 7)
    assert "cotejo_questions_total 7" in text
    assert 'cotejo_questions_day{outcome="answered"} 7' in text
    assert 'cotejo_answer_milliseconds{quantile="0.95"} 30.0' in text
    for line in text.splitlines():
        assert re.fullmatch(r'# TYPE \w+ (gauge|counter)|\w+(\{\w+="[\w.]+"\})? -?[\d.]+', line), line


def test_traces_are_sent_once_as_otlp(db, collector):
    endpoint, received = collector
    assert outside.send_traces(db, endpoint) == 7
    assert outside.send_traces(db, endpoint) == 0
    traces.record(db, Trace(2e9, "es", "documents", "not_found"))
    assert outside.send_traces(db, endpoint) == 1
    spans = received[0]["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert len(spans) == 7 * 3
    root, search, answer = spans[:3]
    assert root["name"] == "question" and search["parentSpanId"] == root["spanId"] == answer["parentSpanId"]
    assert len(root["traceId"]) == 32 and len(root["spanId"]) == 16
    assert int(root["endTimeUnixNano"]) - int(root["startTimeUnixNano"]) == 30_000_000
    assert search["endTimeUnixNano"] == answer["startTimeUnixNano"]


def test_what_cannot_be_sent_is_sent_later(db):
    with pytest.raises(AppError, match="not_sent"):
        outside.send_traces(db, "http://127.0.0.1:9/none")
    with pytest.raises(AppError, match="endpoint"):
        outside.send_traces(db, "file:///etc/passwd")
    assert len(traces.unsent(db, 99)) == 7
