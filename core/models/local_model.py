"""A causal language model in this process: transformers and torch, safetensors only, never remote code.

It generates one answer at a time, token by token, with a seed of its own. The keys and values of a prompt's opening
(the rules that every question shares) are kept, and computed apart also when they are not: a kept opening and a new
one give the same bits. It downloads nothing; `download.py` does.
"""

from __future__ import annotations

import copy
import inspect
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import AppError
from core.models.adapter_files import check_adapter, layers_of_model
from core.models.engine import Call, Piece, merge_system
from core.records import Message

if TYPE_CHECKING:
    import torch

CHUNK_TOKENS = 512
OPENINGS_KEPT = 4
OPENINGS_BYTES = 400_000_000
ADAPTERS_KEPT = 6
TOP_P = 0.95
CONTEXT_MOST = 32768
_WAIT_S = 0.05


class LocalModel:
    """A loaded model with its tokenizer and adapters. Threads may share it; they take turns."""

    def __init__(
        self, name: str, model: Any, tokenizer: Any, *, temperature: float, seed: int, folder: Path | None = None
    ) -> None:
        """`folder`: where the weights came from; an adapter whose card names others is refused."""
        self.name = name
        self._folder = folder
        self.tokenizer = tokenizer
        self.context_tokens = _context_of(model.config)
        self._model = model
        self._peft: Any = None
        self._adapters: OrderedDict[str, str] = OrderedDict()
        self._adapters_made = 0
        self._temperature = temperature
        self._seed = seed
        self._turn = threading.Lock()
        self._openings: OrderedDict[tuple, Any] = OrderedDict()
        self._last_only = "logits_to_keep" in inspect.signature(model.forward).parameters
        self._ends = _end_tokens(model, tokenizer)
        text = self._render([Message("user", "?")])[0].rstrip()
        self.thinking = text.endswith(("<think>", "<thinking>"))

    def count_tokens(self, text: str) -> int:
        return len(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def generate(
        self, messages: Sequence[Message], tokens_max: int, adapter: str | None, call: Call
    ) -> Iterator[Piece]:
        """Pieces of the answer. Raises AppError `models.*`; ends within a token of `call` being cancelled."""
        import torch

        while not self._turn.acquire(timeout=_WAIT_S):
            if call.cancelled:
                return
        try:
            with self._adapted(adapter) as model:
                yield from self._write(model, messages, tokens_max, adapter, call)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise AppError("models.out_of_memory", model=self.name) from error
        except RuntimeError as error:
            if "memory" in str(error) or "alloc" in str(error):
                raise AppError("models.out_of_memory", model=self.name) from error
            raise
        finally:
            self._turn.release()

    def score(self, messages: Sequence[Message], completion: str, adapter: str | None = None) -> float:
        """The mean log-likelihood of a completion's tokens and its end, read the very way answers are written."""
        import torch

        with self._turn, self._adapted(adapter) as model:
            opening, rest = self._encode(messages)
            said = [*self._tokens(completion, True), self.tokenizer.eos_token_id]
            ids = torch.tensor([[*opening, *rest, *said]], device=self._model.device)
            with torch.inference_mode():
                logits = model(input_ids=ids, use_cache=False).logits[0, -len(said) - 1 : -1].float()
            found = logits.log_softmax(-1).gather(1, torch.tensor(said, device=logits.device)[:, None])
        return float(found.mean())

    def use_adapter(self, folder: str | None) -> None:
        """Load an adapter beside the others, so that the first question need not wait for it."""
        with self._turn, self._adapted(folder):
            pass

    def remove_adapters(self) -> None:
        """Free every adapter; the model is then what it was when it was loaded."""
        with self._turn:
            if self._peft is not None:
                self._model = self._peft.unload()
                self._peft = None
            self._adapters.clear()
            self._openings.clear()

    # ------------------------------------------------------------ writing

    def _write(self, model, messages, tokens_max: int, adapter: str | None, call: Call) -> Iterator[Piece]:
        import torch

        opening, rest = self._encode(messages)
        room = self.context_tokens - len(opening) - len(rest)
        if room < 1:
            raise AppError("models.too_long", model=self.name)
        cache = self._read_opening(model, opening, adapter, call)
        logits = self._read(model, rest, cache, call)
        if logits is None:
            return
        random = torch.Generator(device=logits.device).manual_seed(self._seed)
        text = _Text(self.tokenizer)
        prompt = len(opening) + len(rest)
        for made in range(1, min(tokens_max, room) + 1):
            token = self._pick(logits, random)
            if token in self._ends:
                yield Piece(text.rest(), prompt, made, "stop")
                return
            yield Piece(text.add(token), prompt, made)
            if call.cancelled:
                return
            logits = self._forward(model, [token], cache)
        yield Piece(text.rest(), prompt, made, "length")

    def _read_opening(self, model, opening: list[int], adapter: str | None, call: Call) -> Any:
        """A cache that holds the opening: a kept one, or a new one that is kept from now on."""
        from transformers import DynamicCache

        key = (adapter, tuple(opening))
        kept = self._openings.get(key)
        if kept is None:
            kept = DynamicCache(config=self._model.config)
            if not opening or self._read(model, opening, kept, call) is None or not _can_share(kept):
                return kept
            self._openings[key] = kept
            while len(self._openings) > OPENINGS_KEPT or sum(map(_bytes_of, self._openings.values())) > OPENINGS_BYTES:
                self._openings.popitem(last=False)
        else:
            self._openings.move_to_end(key)
        shared = copy.copy(kept)
        shared.layers = [
            copy.copy(layer) for layer in kept.layers
        ]  # a layer grows by new tensors: these stay as they are
        return shared

    def _read(self, model, tokens: list[int], cache: Any, call: Call) -> torch.Tensor | None:
        """Logits after the last token; None where the call was cancelled. Read in pieces, so that it can be."""
        logits = None
        for at in range(0, len(tokens), CHUNK_TOKENS):
            if call.cancelled:
                return None
            logits = self._forward(model, tokens[at : at + CHUNK_TOKENS], cache)
        return logits

    def _forward(self, model, tokens: list[int], cache: Any) -> torch.Tensor:
        import torch

        ids = torch.tensor([tokens], device=self._model.device)
        options = {"logits_to_keep": 1} if self._last_only else {}
        with torch.inference_mode():
            return model(input_ids=ids, past_key_values=cache, use_cache=True, **options).logits[0, -1].float()

    def _pick(self, logits: torch.Tensor, random: torch.Generator) -> int:
        """The likeliest token, or one drawn from the likeliest that hold TOP_P of the probability."""
        import torch

        if self._temperature <= 0:
            return int(logits.argmax())
        chances, order = torch.softmax(logits / self._temperature, -1).sort(descending=True)
        chances = chances.masked_fill(chances.cumsum(-1) - chances > TOP_P, 0.0)
        return int(order[torch.multinomial(chances, 1, generator=random)])

    # ------------------------------------------------------------ prompts

    def _encode(self, messages: Sequence[Message]) -> tuple[list[int], list[int]]:
        """The prompt's tokens in two parts: the opening that does not depend on what is asked, the rest."""
        text, templated = self._render(messages)
        tokens = self._tokens(text, templated)
        opening = self._opening_of(messages, templated)
        while opening and tokens[: len(opening)] != opening:
            opening.pop()
        opening = opening if len(opening) < len(tokens) else []
        return opening, tokens[len(opening) :]

    def _opening_of(self, messages: Sequence[Message], templated: bool) -> list[int]:
        if messages[0].role != "system" or len(messages) < 2:
            return []
        first, second = (self._render([messages[0], Message("user", word)])[0] for word in ("a", "b"))
        same = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), 0)
        return self._tokens(first[:same], templated)

    def _tokens(self, text: str, templated: bool) -> list[int]:
        return self.tokenizer(text, add_special_tokens=not templated, verbose=False)["input_ids"]

    def _render(self, messages: Sequence[Message]) -> tuple[str, bool]:
        """(the prompt as text, whether the model's own template made it)."""
        from jinja2.exceptions import TemplateError

        if not self.tokenizer.chat_template:
            return "\n\n".join([*(message.text for message in messages), ""]), False
        for tried in (messages, merge_system(messages)):
            said = [{"role": message.role, "content": message.text} for message in tried]
            options = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": False}
            try:
                return self.tokenizer.apply_chat_template(said, **options), True
            except TemplateError:
                continue
        raise AppError("models.template", model=self.name)

    # ------------------------------------------------------------ adapters

    @contextmanager
    def _adapted(self, folder: str | None) -> Iterator[Any]:
        """The model to call: with that adapter, or as it was loaded."""
        if folder is None:
            with self._peft.disable_adapter() if self._peft is not None else nullcontext():
                yield self._model
            return
        key = str(Path(folder).expanduser().resolve())
        if key not in self._adapters:
            self._load_adapter(key)
        self._adapters.move_to_end(key)
        self._peft.set_adapter(self._adapters[key])
        yield self._model

    def _load_adapter(self, folder: str) -> None:
        from peft import PeftModel

        # Before PEFT changes the model's layers, which nothing undoes.
        check_adapter(folder, layers_of_model(self._model), self._folder)
        self._adapters_made += 1
        name = f"adapter_{self._adapters_made}"
        try:
            if self._peft is None:
                self._peft = PeftModel.from_pretrained(self._model, folder, adapter_name=name, is_trainable=False)
            else:
                self._peft.load_adapter(folder, adapter_name=name, is_trainable=False)
        except (ValueError, RuntimeError, KeyError, TypeError, OSError) as error:
            raise AppError("models.adapter_mismatch", folder=Path(folder).name, model=self.name) from error
        self._peft.eval()
        self._adapters[folder] = name
        while len(self._adapters) > ADAPTERS_KEPT:
            old, held = self._adapters.popitem(last=False)
            self._peft.delete_adapter(held)
            for key in [key for key in self._openings if key[0] == old]:
                del self._openings[key]


class _Text:
    """Tokens to text as they come: a piece ends where its last character is whole."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._told = 0
        self._before = 0

    def add(self, token: int) -> str:
        self._tokens.append(token)
        known, now = self._decode(self._tokens[self._before : self._told]), self._decode(self._tokens[self._before :])
        if now.endswith("\ufffd") or len(now) <= len(known):
            return ""
        self._before, self._told = self._told, len(self._tokens)
        return now[len(known) :]

    def rest(self) -> str:
        known = self._decode(self._tokens[self._before : self._told])
        return self._decode(self._tokens[self._before :])[len(known) :]

    def _decode(self, tokens: list[int]) -> str:
        return self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)


def _context_of(config: Any) -> int:
    """Tokens that the model reads; more than CONTEXT_MOST would cost more memory than an answer is worth."""
    most = getattr(config.get_text_config(), "max_position_embeddings", None) or 2048
    return min(int(most), CONTEXT_MOST)


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    ends = model.generation_config.eos_token_id
    ends = ends if isinstance(ends, list) else [ends]
    return frozenset(end for end in (*ends, tokenizer.eos_token_id) if end is not None)


def _can_share(cache: Any) -> bool:
    """Whether every layer only ever grows: windows and running states are changed in place."""
    from transformers.cache_utils import DynamicLayer

    return all(type(layer) is DynamicLayer for layer in cache.layers)


def _bytes_of(cache: Any) -> int:
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
