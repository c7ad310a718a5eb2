"""A practice model: a tiny Llama with a tokenizer of its own, made and trained here in about a minute from documents.

    python -m core.training.practice WORKSPACE FOLDER

It shows the way of a chat adapter on a machine without any language model: it can be chosen as `chat_model`, trained,
and its adapter used. It has read a few documents once and knows nothing: its answers are worth nothing, and it says
so in its name, its card and its folder.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.training.pairs import Pair

NAME = "practice-llama"
CARD = "practice.json"
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)
_SPECIAL = ("<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
_LETTERS_LEAST = 2000
_NOTE = (
    "A practice model, made on this machine in about a minute to try the way of a chat adapter. It knows nothing; "
    "do not rely on a word it says."
)


@dataclass(frozen=True, slots=True)
class Size:
    """What the model is made of, and how long it is trained. `block` is in tokens."""

    vocabulary: int = 2000
    hidden: int = 128
    layers: int = 4
    heads: int = 4
    steps: int = 150
    batch: int = 8
    block: int = 128
    learning_rate: float = 3e-3


@dataclass(frozen=True, slots=True)
class Practice:
    """What came of it: cross-entropy per token before and after, and how many weights it has."""

    weights: int
    loss_before: float
    loss_after: float


def make_practice(
    texts: Sequence[str],
    pairs: Sequence[Pair],
    folder: Path,
    *,
    size: Size | None = None,
    seed: int = 0,
    report: Callable[[int, int, float], bool] = lambda *_: True,
) -> Practice:
    """Train on the texts, and on the pairs as turns of a conversation, so that it knows what a turn looks like.

    `report` is told (step, steps, loss) and returns False to stop. Raises AppError `training.practice_few` for less
    than a page of text, `training.cancelled`."""
    if sum(map(len, texts)) < _LETTERS_LEAST:
        raise AppError("training.practice_few")
    import torch
    from transformers import LlamaForCausalLM

    size = size or Size()
    torch.manual_seed(seed)
    tokenizer = _make_tokenizer([*texts, *(pair.question for pair in pairs)], size)
    model = LlamaForCausalLM(_config(size, tokenizer))
    tokens = torch.tensor(_read(texts, pairs, tokenizer, seed))
    blocks = tokens[: len(tokens) // size.block * size.block].view(-1, size.block)
    before, after = _train(model, blocks, size, seed, report)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)  # written last: a folder without it is not whole
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder, safe_serialization=True)
    made = Practice(sum(part.numel() for part in model.parameters()), round(before, 4), round(after, 4))
    card = {"name": NAME, "practice": True, "note": _NOTE, "size": asdict(size), "seed": seed, **asdict(made)}
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return made


def is_practice(folder: Path) -> bool:
    """Whether a model's folder holds a practice model."""
    return (folder / CARD).is_file()


def _make_tokenizer(texts: Sequence[str], size: Size) -> Any:
    """Byte-level pairs (Sennrich et al. 2016) learned from the texts: any text can be written in them."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size.vocabulary, special_tokens=list(_SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    raw.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token=_SPECIAL[0], pad_token=_SPECIAL[0])
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _config(size: Size, tokenizer: Any) -> Any:
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.hidden,
        intermediate_size=3 * size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.heads,
        max_position_embeddings=4096,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        tie_word_embeddings=True,
    )


def _read(texts: Sequence[str], pairs: Sequence[Pair], tokenizer: Any, seed: int) -> list[int]:
    """Everything as one row of tokens, in random order, each piece closed by the end token."""
    turns = [
        [{"role": "user", "content": pair.question}, {"role": "assistant", "content": pair.passage}] for pair in pairs
    ]
    pieces = [f"{text}{_SPECIAL[0]}" for text in texts]
    pieces += [tokenizer.apply_chat_template(turn, tokenize=False) for turn in turns]
    random.Random(seed).shuffle(pieces)
    return [token for piece in pieces for token in tokenizer(piece, add_special_tokens=False)["input_ids"]]


def _train(model: Any, blocks: Any, size: Size, seed: int, report: Callable[[int, int, float], bool]) -> tuple:
    """Loss at the first step and over the last tenth."""
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=size.learning_rate, weight_decay=0.01)
    generator = torch.Generator().manual_seed(seed)
    losses = []
    model.train()
    for step in range(size.steps):
        rate = size.learning_rate * min((step + 1) / 20, 1 - 0.9 * step / size.steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = blocks[torch.randint(len(blocks), (size.batch,), generator=generator)]
        loss = model(input_ids=batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        if not report(step + 1, size.steps, losses[-1]):
            raise AppError("training.cancelled")
    last = losses[-max(1, len(losses) // 10) :]
    return losses[0], sum(last) / len(last)


def main(arguments: list[str] | None = None) -> int:
    """Make one from a workspace's documents; 0 where it was made, 2 for an error."""
    from core.training.child import run_command

    parser = argparse.ArgumentParser(prog="python -m core.training.practice")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--child", action="store_true", help="end when standard input closes")
    options = parser.parse_args(arguments)
    return run_command(lambda: _make_for(options.workspace, options.folder), options.child)


def _make_for(workspace: Path, folder: Path) -> int:
    from core.state import documents
    from core.state.database import Database
    from core.training.child import write_line
    from core.training.from_documents import pairs_from_documents

    def say(step: int, steps: int, loss: float) -> bool:
        return write_line({"progress": step / steps, "message": "training.practice", "loss": loss})

    db = Database(workspace / "state.sqlite")
    try:
        texts = [piece.text for piece in documents.pieces_after(db, 0)]
        made = make_practice(texts, pairs_from_documents(db), folder, report=say)
    finally:
        db.close()
    write_line({"progress": 1.0, "made": asdict(made)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
