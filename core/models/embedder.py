"""Turns texts into unit vectors: the packaged encoder through onnxruntime, any other through sentence-transformers.

The built-in model (all-MiniLM-L6-v2, Apache-2.0) is exported once to int8 ONNX by `core.models.export`, after which
neither torch nor transformers is imported. It stores no vectors and ranks nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from core.errors import AppError
from core.models.adapters import adapter_of, is_usable, langs_of, packaged_words, words_of
from core.models.gloss import open_gloss

Kind = Literal["question", "passage"]

_MAX_TOKENS = 256
_THREADS_MOST = 8


class Embedder(Protocol):
    """What search needs of a model. `id` is 'weights@recipe': vectors of different weights are never compared."""

    id: str
    dimension: int
    max_tokens: int

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage", lang: str = "") -> np.ndarray:
        """(n, dimension) float32, rows of length 1; a text beyond `max_tokens` counts up to there.

        `lang` is the texts' language, for a model that reads one otherwise than another; '' where it is not known."""

    def count_tokens(self, text: str) -> int:
        """Tokens of the text, uncut, with the marks that the model adds."""


def same_weights(first: str, second: str) -> bool:
    """Whether vectors of two ids can be compared: one model, whatever the recipes it was run by."""
    return first.split("@")[0] == second.split("@")[0]


def is_packaged(name: str) -> bool:
    """Whether a name (see `adapters.encoder_name`) means the packaged encoder, bare or under an adapter."""
    return name.partition("+")[0] == "builtin"


def reads_spanish(name: str) -> bool:
    """Whether the embedder of this name reads Spanish through a list of words."""
    return words_of(adapter_of(name)) is not None


def load_embedder(name: str, cache_folder: Path, made_by: str = "") -> Embedder:
    """The embedder called `name`: 'builtin', 'builtin+ADAPTER', or a sentence-transformers id or folder.

    `made_by` is the id of the model whose vectors are to be searched: where the packaged encoder was once exported
    as that one, it is loaded, though its adapter may be replaced or gone.
    Raises AppError `models.*` where it is missing, damaged or cannot be loaded."""
    if not is_packaged(name):
        return SentenceTransformersEmbedder(name)
    from core.models.export import exported_before, find_langs, find_list

    adapter = adapter_of(name)
    known = exported_before(cache_folder, made_by) if made_by else None
    if known is not None:
        try:
            words = find_list(made_by, (packaged_words(), words_of(adapter)))
            return _open(known, made_by, words, find_langs(made_by), cache_folder)
        except KeyError:  # its list of words is gone with its adapter
            pass
    if adapter is not None and not is_usable(adapter):
        raise AppError("adapters.not_passed", name=adapter.name)
    return load_adapted(adapter, cache_folder)


def load_adapted(adapter: Path | None, cache_folder: Path, langs: Collection[str] | None = None) -> Embedder:
    """The packaged encoder under an adapter, whether it has passed or not: for those who judge it. `langs`: the
    languages that it reads, none for all; what its card says where they are not given."""
    from core.models.export import exported_model, reading_id

    folder, model = exported_model(cache_folder, adapter)
    words, read = words_of(adapter), langs_of(adapter) if langs is None else langs
    return _open(folder, reading_id(model, words, read), words, read, cache_folder)


def _open(folder: Path, model: str, words: Path | None, langs: Collection[str], cache_folder: Path) -> Embedder:
    from core.models.export import exported_model

    found = OnnxEmbedder(folder, model, words)
    if not langs:
        return found
    return InLanguages(found, OnnxEmbedder(*exported_model(cache_folder), words), langs)


class InLanguages:
    """An adapter in the languages that it learned from, the model below it in all others, which stay as they were.

    What is compared has to be read by the same weights: see `reader_of`."""

    def __init__(self, adapted: Embedder, below: Embedder, langs: Collection[str]) -> None:
        self._adapted, self._below, self._langs = adapted, below, frozenset(langs)
        self.id, self.dimension, self.max_tokens = adapted.id, adapted.dimension, adapted.max_tokens

    def reader(self, lang: str) -> Embedder:
        """The one of the two that reads texts of a language."""
        return self._adapted if lang in self._langs else self._below

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage", lang: str = "") -> np.ndarray:
        return self.reader(lang).encode(texts, kind=kind, lang=lang)

    def count_tokens(self, text: str) -> int:
        return self._below.count_tokens(text)


def reader_of(embedder: Embedder, lang: str) -> Embedder:
    """What of an embedder reads texts of a language. A question is given to what read the texts that it is compared
    with, whatever its own language is, or is taken for."""
    return embedder.reader(lang) if isinstance(embedder, InLanguages) else embedder


class OnnxEmbedder:
    """A BERT-like encoder with mean pooling in onnxruntime. Threads may share it.

    Each text is run alone: texts run together share one scale for their int8 activations, so that a text's vector
    would hang on its company (cosines down to 0.98). Alone, hardly slower, it hangs on the text."""

    def __init__(self, folder: Path, model: str, words: Path | None = None) -> None:
        """`words`: the list through which Spanish is read."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # One thread a run and a run a core: a batch is too small to share out, and an idle thread would spin.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        self._counter = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_truncation()
        self._counter.no_padding()
        self._pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _THREADS_MOST), "embed")
        self._gloss = open_gloss(words, folder) if words else None
        self.id = model
        self.dimension = int(self._session.get_outputs()[0].shape[-1])
        self.max_tokens = _MAX_TOKENS

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage", lang: str = "") -> np.ndarray:
        del kind  # this model treats questions and passages alike
        if self._gloss is not None:
            texts = [self._gloss.read(text, lang) for text in texts]
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        rows = np.empty((len(ids), self.dimension), np.float32)

        def fill(i: int) -> None:
            rows[i] = self._run(ids[i]).sum(axis=0)

        self._spread(fill, len(ids))
        return _unit(rows)

    def count_tokens(self, text: str) -> int:
        return len(self._counter.encode(text).ids)

    def _spread(self, work: Callable[[int], None], count: int) -> None:
        """Do texts 0 .. count - 1, on all cores where there are several."""
        if count == 1:
            work(0)
        else:
            list(self._pool.map(work, range(count)))

    def _run(self, ids: list[int]) -> np.ndarray:
        """(tokens, dimension): the states of one text's tokens."""
        tokens = np.asarray([ids], np.int64)
        (states,) = self._session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})
        return states[0]


class SentenceTransformersEmbedder:
    """Any sentence-transformers model, loaded on first use from local files if they are there."""

    def __init__(self, name: str) -> None:
        self._model = _load_sentence_transformer(name)
        self._prompts = {"question": "query: ", "passage": "passage: "} if "e5" in Path(name).name.lower() else {}
        self.id = f"{Path(name).name}:{_revision(name, self._model)}@1"
        self.dimension = int(self._model.get_embedding_dimension())
        self.max_tokens = int(self._model.max_seq_length or 512)

    def encode(self, texts: Sequence[str], *, kind: Kind = "passage", lang: str = "") -> np.ndarray:
        del lang  # a model of several languages knows by itself
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        prefix = self._prompts.get(kind, "")
        encode = self._model.encode_query if kind == "question" else self._model.encode_document
        rows = encode([prefix + text for text in texts], show_progress_bar=False, convert_to_numpy=True)
        return _unit(np.asarray(rows, np.float32))

    def count_tokens(self, text: str) -> int:
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])


def _load_sentence_transformer(name: str):
    if Path(name).is_dir() and not any(Path(name).rglob("*.safetensors")):
        raise AppError("models.embedder_folder", name=name)
    from sentence_transformers import SentenceTransformer

    options = {"device": None, "trust_remote_code": False, "model_kwargs": {"use_safetensors": True}}
    try:
        return SentenceTransformer(name, local_files_only=True, **options)
    except (OSError, ValueError):
        if Path(name).is_dir():
            raise AppError("models.embedder_folder", name=name) from None
    try:
        return SentenceTransformer(name, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise AppError("models.embedder_unavailable", name=name, detail=str(error).splitlines()[0][:300]) from error


def _revision(name: str, model) -> str:
    """What tells these weights from others of the same name: their hash in a folder, the hub's commit elsewhere."""
    digest = hashlib.sha256()
    for path in sorted(Path(name).rglob("*.safetensors")) if Path(name).is_dir() else ():
        digest.update(path.read_bytes())
    if Path(name).is_dir():
        return digest.hexdigest()[:12]
    return str(getattr(model[0].auto_model.config, "_commit_hash", None) or "unknown")[:12]


def _unit(rows: np.ndarray) -> np.ndarray:
    rows = np.asarray(rows, np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
