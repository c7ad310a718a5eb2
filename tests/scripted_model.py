"""Models for tests that answer from a queue, or obey whatever their prompt tells them: no weights, no network."""

import re
import time
from dataclasses import dataclass, field

from core.errors import AppError
from core.models.thinking import VisibleText
from core.records import ModelUse


class ScriptedReply:
    """Yields pieces of one scripted answer. An AppError in the script is raised at its place."""

    def __init__(self, script, name, stop=()):
        self._script = iter(script)
        self._visible = VisibleText(stop)
        self._name = name
        self._pieces = 0
        self.finish = None
        self.closed = False
        self._started = time.perf_counter()

    def __iter__(self):
        return self

    def __next__(self):
        if self.closed or self._visible.stopped:
            raise StopIteration
        for piece in self._script:
            if isinstance(piece, AppError):
                raise piece
            self._pieces += 1
            shown = self._visible.feed(piece)
            if shown or self._visible.stopped:
                return shown
        self.closed, self.finish = True, self.finish or "stop"
        rest = self._visible.finish()
        if not self.text.strip():
            raise AppError("models.empty", model=self._name)
        if rest:
            return rest
        raise StopIteration

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.closed = True

    @property
    def text(self):
        return self._visible.text

    @property
    def use(self):
        total = 1000 * (time.perf_counter() - self._started)
        return ModelUse(self._name, None, 10, self._pieces, 1.0, total)


@dataclass
class ScriptedModel:
    """Answers from `queue`, one item a call; the last item answers all later calls. An item is a text (cut into words),
    a list of pieces, an AppError, or a function of the messages that gives one of these."""

    queue: list
    name: str = "scripted"
    kind: str = "openai"
    room_tokens: int = 4000
    calls: list = field(default_factory=list)
    replies: list = field(default_factory=list)

    def __post_init__(self):
        self.queue = list(self.queue)

    def count_tokens(self, text):
        return len(text) // 4 + 1

    def stream(self, messages, *, stop=(), tokens_max=None, idle_s=None):
        self.calls.append(list(messages))
        item = self.queue.pop(0) if len(self.queue) > 1 else self.queue[0]
        item = item(messages) if callable(item) else item
        if isinstance(item, str):
            item = re.findall(r"\s*\S+\s*?", item) or [item]
        self.replies.append(ScriptedReply([item] if isinstance(item, AppError) else item, self.name, stop))
        return self.replies[-1]

    def close(self):
        pass


_ORDERS = re.compile(r"(?:say|write|answer|reply|include|escribe|responde|di|incluye)[^:\n]*:\s*(.+)", re.IGNORECASE)


def obey(messages):
    """What a model writes that does whatever any text of its prompt tells it: each order found, one after another."""
    said = "\n".join(message.text for message in messages if message.role == "user")
    orders = _ORDERS.findall(said)
    return "\n".join(orders) or "NOT_FOUND"


def obedient_model(**options):
    """A model that follows every instruction it can find in its documents."""
    return ScriptedModel([obey], **options)
