"""An OpenAI-compatible server that says the same few words after a fixed time: a language model of known speed.

    python -m core.evaluation.scripted_server --delay-ms 200 [--pause-ms 100] [--alike]

It writes its address as one line of JSON and serves until its standard input closes. Each answer opens with a word of
its own ('Reply7'), so that a reader can tell them apart; with `--alike` the same messages get the same answer, others
one with another word in it. Whoever describes tables gets a statement that counts the rows of the first. It serves
measurements alone and knows no key.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "scripted"
_WORDS = (" stands", " in", " the", " passage", " that", " was", " found", " first")
_TABLE = re.compile(r'^TABLE ("[^"]+") \(', re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation.scripted_server")
    parser.add_argument("--delay-ms", type=float, default=200.0, help="before the first word")
    parser.add_argument("--pause-ms", type=float, default=100.0, help="after each word")
    parser.add_argument("--alike", action="store_true", help="the same messages, the same answer")
    options = parser.parse_args(arguments)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), _handler(options.delay_ms / 1000, options.pause_ms / 1000, options.alike)
    )
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.server_port}/v1"}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.shutdown()
    return 0


def _handler(delay_s: float, pause_s: float, alike: bool) -> type[BaseHTTPRequestHandler]:
    count = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_) -> None:
            pass

        def do_GET(self) -> None:
            self._send(json.dumps({"data": [{"id": MODEL, "max_model_len": 8192}]}).encode(), "application/json")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            time.sleep(delay_s)
            try:
                for text in _reply(asked["messages"], "" if alike else str(next(count))):
                    self._chunk({"delta": {"content": text}, "finish_reason": None})
                    time.sleep(pause_s)
                self._chunk({"delta": {}, "finish_reason": "stop"})
                self.wfile.write(b"0\r\n\r\n")
            except ConnectionError:
                self.close_connection = True

        def _chunk(self, choice: dict) -> None:
            told = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
            data = b"data: " + json.dumps({**told, "choices": [{"index": 0, **choice}]}).encode() + b"\n\n"
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def _send(self, data: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _reply(messages: list[dict[str, str]], number: str) -> tuple[str, ...]:
    table = _TABLE.search(messages[-1]["content"])
    if table:
        return (f"```sql\nSELECT COUNT(*) FROM {table[1]}\n```",)
    own = () if number else (f" {_word_of(messages)}",)
    return (f"Reply{number}", *_WORDS, *own, " [1].")


def _word_of(messages: list[dict[str, str]]) -> str:
    """A word that no other messages are likely to get; a figure in it might be found in a page."""
    digest = hashlib.sha256(json.dumps(messages).encode()).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in digest[:6])


if __name__ == "__main__":
    sys.exit(main())
