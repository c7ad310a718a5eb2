"""An OpenAI-compatible server for tests: a queue of behaviours, one a request, and what it saw of each.

A behaviour is a function from the request's handler to nothing; the ones below answer, stall, break off, refuse.
"""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Peer:
    """Listens on a free port. `queue` holds behaviours; the last one answers every request after it."""

    def __init__(self, *queue):
        self.queue = list(queue)
        self.bodies, self.headers, self.hung_up = [], [], threading.Event()
        self.models = {"data": [{"id": "tiny", "max_model_len": 2048}]}
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                send_json(self, peer.models)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                peer.bodies.append(json.loads(body))
                peer.headers.append(dict(self.headers))
                behave = peer.queue.pop(0) if len(peer.queue) > 1 else peer.queue[0]
                try:
                    behave(self)
                except (BrokenPipeError, ConnectionResetError):
                    peer.hung_up.set()
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def send_json(handler, value, status=200, headers=()):
    data = json.dumps(value).encode()
    handler.send_response(status)
    for name, text in headers:
        handler.send_header(name, text)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def start_stream(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()


def send_chunk(handler, data):
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


def send_delta(handler, text=None, finish=None, usage=None):
    delta = {"content": text} if text is not None else {}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": choices}
    if usage:
        chunk |= {"choices": [], "usage": usage}
    send_chunk(handler, b"data: " + json.dumps(chunk).encode() + b"\n\n")


def says(*pieces, usage=None, delay_s=0.0):
    """Streams the pieces and ends as it should."""

    def behave(handler):
        start_stream(handler)
        for piece in pieces:
            send_delta(handler, piece)
            time.sleep(delay_s)
        send_delta(handler, finish="stop")
        if usage:
            send_delta(handler, usage={**usage, "total_tokens": sum(usage.values())})
        send_chunk(handler, b"data: [DONE]\n\n")
        send_chunk(handler, b"")

    return behave


def says_in_turn(event, first, *rest):
    """Streams the first piece, and the others once `event` is set."""

    def behave(handler):
        start_stream(handler)
        send_delta(handler, first)
        event.wait(30)
        for piece in rest:
            send_delta(handler, piece)
        send_delta(handler, finish="stop")
        send_chunk(handler, b"")

    return behave


def refuses(status, message="no", code=None, headers=()):
    return lambda handler: send_json(handler, {"error": {"message": message, "code": code}}, status, headers)


def dies_after(*pieces):
    """Streams the pieces, then drops the connection."""

    def behave(handler):
        start_stream(handler)
        for piece in pieces:
            send_delta(handler, piece)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    return behave


def sends_garbage(handler):
    start_stream(handler)
    send_chunk(handler, b"data: <html>\x00\xff not json\n\n")
    send_chunk(handler, b"")


def stalls(seconds, *pieces):
    """Streams the pieces, then says nothing but comments; notices when its client hangs up."""

    def behave(handler):
        start_stream(handler)
        for piece in pieces:
            send_delta(handler, piece)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(0.02)
            send_chunk(handler, b": waiting\n\n")

    return behave
