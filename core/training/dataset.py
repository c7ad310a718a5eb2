"""Makes a data set out of pairs: cleaned with counts, split by document, named by the hash of what is in it.

Three parts: `train` is learned from, `dev` decides when to stop, `test` is for the gate alone. A document lies in one
part, and what another part repeats of it is left out of training. It reads no files and trains nothing.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from core.models.adapters import name_langs
from core.training.pairs import Pair
from core.training.screening import holds_personal, is_foreign

_PASSAGE_MOST = 6000  # characters: far beyond what any encoder here reads
_QUESTION_MOST = 1000
_WORD = re.compile(r"\w+")
_SHINGLE = 8  # words
_ALIKE = 0.8  # of the words of two questions of one passage; of a passage's shingles
_PARTS = ("train", "dev", "test")
_FEW_DOCUMENTS = 6
_FOLDS = 4
_TAUGHT = 0.1  # of the texts
_FEW_TESTED = 100  # questions: what fewer of them tell of an adapter is mostly chance


@dataclass(frozen=True, slots=True)
class Dataset:
    """`counts`: what was read, what was left out and why, what each part holds. `split_by` is 'document', or 'passage'
    where there are too few documents, or one that would fill a part by itself. `sha256` names the three parts."""

    train: tuple[Pair, ...]
    dev: tuple[Pair, ...]
    test: tuple[Pair, ...]
    counts: dict[str, int] = field(default_factory=dict)
    split_by: str = "document"
    sha256: str = ""


def prepare(pairs: Iterable[Pair], *, dev_share: float = 0.1, test_share: float = 0.2, seed: int = 0) -> Dataset:
    """Clean and split. Shares are of documents; each part but train gets one at least where there are three."""
    counts: Counter[str] = Counter()
    kept = clean(pairs, counts)
    split_by = _choose_split(kept, test_share)
    shares = (1 - dev_share - test_share, dev_share, test_share)
    parts = dict(zip(_PARTS, _split(kept, split_by, shares, seed), strict=True))
    train = _without_leaks(parts["train"], [*parts["dev"], *parts["test"]], counts)
    found = (tuple(train), tuple(parts["dev"]), tuple(parts["test"]))
    counts.update({name: len(part) for name, part in zip(_PARTS, found, strict=True)})
    return Dataset(*found, counts=dict(counts), split_by=split_by, sha256=hash_pairs(*found))


def count_folds(data: Dataset) -> int:
    """Into how many folds a data set is dealt for the gate: 0 where enough questions are held out, or where there are
    fewer groups than folds."""
    groups = {_group(pair, data.split_by) for pair in (*data.train, *data.test)}
    return _FOLDS if len(data.test) < _FEW_TESTED and len(groups) >= _FOLDS else 0


def fold(data: Dataset) -> list[Dataset]:
    """The same pairs dealt anew for cross-validation (Stone 1974): each of the data sets tests on other groups of what
    was to be learned from or tested on, and together they test on all of it. What decides when to stop stays in each.
    Empty as `count_folds` says."""
    rest, count = [*data.train, *data.test], count_folds(data)
    found = []
    for test in _split(rest, data.split_by, (1 / count,) * count, 0) if count else ():
        tested = {_group(pair, data.split_by) for pair in test}
        learned = [pair for pair in rest if _group(pair, data.split_by) not in tested]
        train = _without_leaks(learned, [*data.dev, *test], Counter())
        found.append(Dataset(tuple(train), data.dev, tuple(test), {}, data.split_by, hash_pairs(train, data.dev, test)))
    return found


def join_folds(data: Dataset, folds: Sequence[Dataset]) -> Dataset:
    """What the adapter that is kept learns from: all folds. Each of their questions was held out from another one."""
    train = (*data.train, *data.test)
    counts = data.counts | {"train": len(train), "test": sum(len(one.test) for one in folds), "folds": len(folds)}
    return Dataset(train, data.dev, (), counts, data.split_by, hash_pairs(train, data.dev, ()))


def find_langs(pairs: Sequence[Pair]) -> tuple[str, ...]:
    """The languages that the pairs teach: those of a tenth of their questions and passages at least, so that a few
    texts taken for another language do not count. Empty where that is every language there is."""
    counts = Counter(lang for pair in pairs for lang in (pair.lang, pair.passage_lang))
    return name_langs([lang for lang, count in counts.items() if count >= _TAUGHT * 2 * len(pairs)])


def hash_pairs(*parts: Sequence[Pair]) -> str:
    """One hash for the parts in their order; any change of a pair, or of its part, changes it."""
    digest = hashlib.sha256()
    for part in parts:
        for pair in part:
            digest.update(json.dumps(asdict(pair), sort_keys=True, ensure_ascii=False).encode())
            digest.update(b"\n")
        digest.update(b"\0")
    return digest.hexdigest()


# ---------------------------------------------------------------- cleaning


def clean(pairs: Iterable[Pair], counts: Counter[str]) -> list[Pair]:
    """The pairs worth learning from, in their order; `counts` gains: read, empty, too_long, duplicates,
    near_duplicates, personal (see `screening`), foreign."""
    kept: list[Pair] = []
    seen: set[tuple[str, str]] = set()
    questions: dict[str, list[set[str]]] = {}
    for pair in pairs:
        counts["read"] += 1
        words = fold_words(pair.question)
        if not words or not fold_words(pair.passage):
            counts["empty"] += 1
        elif len(pair.passage) > _PASSAGE_MOST or len(pair.question) > _QUESTION_MOST:
            counts["too_long"] += 1
        elif (pair.question, pair.passage) in seen:
            counts["duplicates"] += 1
        elif _is_near(set(words), questions.setdefault(" ".join(fold_words(pair.passage)), [])):
            counts["near_duplicates"] += 1
        elif holds_personal(f"{pair.question}\n{pair.passage}"):
            counts["personal"] += 1
        elif is_foreign(pair.passage) or is_foreign(pair.question):
            counts["foreign"] += 1
        else:
            kept.append(pair)
        seen.add((pair.question, pair.passage))
    return kept


def fold_words(text: str) -> list[str]:
    """Its words without case, accents and punctuation: what two writings of one question share."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


def _is_near(words: set[str], known: list[set[str]]) -> bool:
    """Whether nearly the same question was asked of this passage; remembers it if not."""
    if any(len(words & other) >= _ALIKE * len(words | other) for other in known):
        return True
    known.append(words)
    return False


def _without_leaks(train: Sequence[Pair], others: Sequence[Pair], counts: Counter[str]) -> list[Pair]:
    """Training pairs whose question or passage no other part repeats; the rest is counted as `leaks`."""
    questions = {" ".join(fold_words(pair.question)) for pair in others}
    shingles = {shingle for pair in others for shingle in _shingles(pair.passage)}
    kept = []
    for pair in train:
        own = _shingles(pair.passage)
        if " ".join(fold_words(pair.question)) in questions or len(own & shingles) >= _ALIKE * len(own):
            counts["leaks"] += 1
        else:
            kept.append(pair)
    return kept


def _shingles(text: str) -> set[int]:
    words = fold_words(text)
    return {hash(tuple(words[at : at + _SHINGLE])) for at in range(max(len(words) - _SHINGLE + 1, 1))}


# ---------------------------------------------------------------- splitting


def _choose_split(pairs: Sequence[Pair], test_share: float) -> str:
    """A part made of one large document says little of the others: then the passages are split."""
    sizes = Counter(pair.document for pair in pairs)
    lopsided = test_share < 1 and max(sizes.values(), default=0) > max(test_share, 0.2) * len(pairs)
    return "passage" if len(sizes) < _FEW_DOCUMENTS or lopsided else "document"


def _split(pairs: Sequence[Pair], split_by: str, shares: Sequence[float], seed: int) -> list[list[Pair]]:
    """A part for each share: whole groups at random, each to the part that lacks most of its share."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(_group(pair, split_by), []).append(pair)
    order = sorted(groups)
    random.Random(seed).shuffle(order)
    parts: list[list[Pair]] = [[] for _ in shares]
    for name in order:
        lacking = [share * len(pairs) - len(part) for share, part in zip(shares, parts, strict=True)]
        parts[lacking.index(max(lacking))] += groups[name]
    return parts


def _group(pair: Pair, split_by: str) -> str:
    return pair.document if split_by == "document" else pair.key
