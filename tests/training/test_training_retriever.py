"""A run on a tiny encoder: the same seed gives the same run, cut off or not; what it leaves is an adapter."""

import dataclasses
import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.errors import AppError
from core.models import adapter_files, adapters, merging
from core.training.pairs import Pair
from core.training.retriever import RetrieverConfig, draw_batches, lay_out, read_through, train_retriever

WORDS = "red blue green fast slow old new tall small warm cold bright dark heavy light sharp".split()
CONFIG = RetrieverConfig(
    rank=4, alpha=8, batch=4, epochs=2, check_every=3, learning_rate=5e-3, threads=1, keep=0.1, max_tokens=48
)
PAIRS = [
    Pair(f"what is {a} and {b}", f"the {a} thing stands beside the {b} one", f"d{n}", f"k{n}", "en", "en")
    for n, (a, b) in enumerate((a, b) for a in WORDS[:6] for b in WORDS[6:10])
]
TRAIN, HELD_OUT = PAIRS[:18], PAIRS[18:]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A BERT of two small layers with random weights, and a tokenizer of whole words."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("base")
    words = sorted({word for pair in PAIRS for word in f"{pair.question} {pair.passage}".split()})
    vocabulary = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(vocabulary), max_position_embeddings=64, **sizes)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def whole(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    rows = []
    trained = train_retriever(base, TRAIN, HELD_OUT, CONFIG, folder, lambda row: rows.append(row) or True)
    return folder, rows, trained


def losses(rows):
    return [row.loss for row in rows]


def test_it_learns_and_says_how_far_it_is(whole):
    folder, rows, trained = whole
    assert [row.step for row in rows] == list(range(1, 11))
    assert trained.held_out_best < trained.held_out_before
    assert np.mean(losses(rows)[-3:]) < np.mean(losses(rows)[:3])
    assert [row.step for row in rows if row.held_out is not None] == [3, 6, 9, 10]
    assert [json.loads(line)["loss"] for line in (folder / "steps.jsonl").open()] == losses(rows)


def test_what_is_left_is_an_adapter_of_this_base(base, whole, tmp_path):
    folder, _, trained = whole
    checked = adapter_files.check_adapter(folder, adapter_files.layers_of_file(base / "model.safetensors"))
    assert len(checked.modules) == 2 * 6
    assert sorted(path.name for path in folder.iterdir()) == [
        adapter_files.CONFIG,
        adapter_files.WEIGHTS,
        "steps.jsonl",
    ]
    assert trained.trainable == 2 * (4 * 4 * 64 + 2 * 4 * 96)


def test_merged_in_numpy_it_gives_the_vectors_that_peft_gives(base, whole, tmp_path):
    import torch
    from peft import PeftModel
    from transformers import AutoModel

    folder, _, _ = whole
    merged = tmp_path / "merged"
    merged.mkdir()
    (merged / "config.json").write_bytes((base / "config.json").read_bytes())
    checked = adapter_files.check_adapter(folder, adapter_files.layers_of_file(base / "model.safetensors"))
    merging.merge_into(base / "model.safetensors", merged / "model.safetensors", checked)
    theirs = PeftModel.from_pretrained(AutoModel.from_pretrained(base), folder).eval()
    plain, ours = AutoModel.from_pretrained(base).eval(), AutoModel.from_pretrained(merged).eval()
    ids = torch.tensor([[2, 5, 9, 12, 3]])
    with torch.no_grad():
        expected, bare, found = (model(ids).last_hidden_state for model in (theirs, plain, ours))
    assert torch.allclose(found, expected, atol=1e-5)
    assert not torch.allclose(found, bare, atol=1e-2)


def test_what_is_mined_for_one_question_stays_right_for_another():
    def pair(question, passage, key, *negatives):
        return Pair(question, passage, "d", key, "en", "en", negatives=negatives)

    batch = [pair("q1", "red", "a", "blue", "green"), pair("q2", "blue", "b", "red"), pair("q3", "red!", "a")]
    texts, own, forms = lay_out(batch)
    assert texts == ["red", "blue", "red!", "green"]
    assert own == [0, 1, 2]
    assert forms == [[False, False, True, False], [False] * 4, [True, False, False, False]]


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_a_run_cut_off_anywhere_goes_on_with_the_same_losses(base, whole, tmp_path, cut):
    rows = []

    class Killed(BaseException):
        """As a signal would: nothing of the run's own code goes on."""

    def stop(row):
        rows.append(row)
        if row.step == cut and len(rows) == cut:
            raise Killed
        return True

    with pytest.raises(Killed):
        train_retriever(base, TRAIN, HELD_OUT, CONFIG, tmp_path, stop)
    train_retriever(base, TRAIN, HELD_OUT, CONFIG, tmp_path, stop)
    by_step = {row.step: row.loss for row in rows}
    np.testing.assert_allclose([by_step[n] for n in range(1, 11)], losses(whole[1]), atol=1e-5)
    assert [json.loads(line)["step"] for line in (tmp_path / "steps.jsonl").open()] == list(range(1, 11))
    first, second = load_file(whole[0] / adapter_files.WEIGHTS), load_file(tmp_path / adapter_files.WEIGHTS)
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_run_with_other_settings_does_not_go_on_from_it(base, tmp_path):
    with pytest.raises(AppError) as caught:
        train_retriever(base, TRAIN, HELD_OUT, CONFIG, tmp_path, lambda row: row.step < 4)
    assert caught.value.key == "training.cancelled"
    other = dataclasses.replace(CONFIG, seed=1)
    with pytest.raises(AppError) as caught:
        train_retriever(base, TRAIN, HELD_OUT, other, tmp_path)
    assert caught.value.key == "training.other_run"


def test_early_stopping_ends_a_run_that_gets_no_better(base, tmp_path):
    config = dataclasses.replace(CONFIG, learning_rate=0.5, epochs=6, patience=2, early_stopping=True)
    trained = train_retriever(base, TRAIN, HELD_OUT, config, tmp_path)
    assert trained.steps < 30
    assert trained.best_step < trained.steps


def test_names_that_match_no_layer_and_too_few_pairs_are_refused(base, tmp_path):
    for config, pairs, key in (
        (dataclasses.replace(CONFIG, targets=("c_attn",)), TRAIN, "training.no_target"),
        (CONFIG, TRAIN[:3], "training.too_few"),
    ):
        with pytest.raises(AppError) as caught:
            train_retriever(base, pairs, HELD_OUT, config, tmp_path)
        assert caught.value.key == key


def test_batches_hold_every_pair_once_and_depend_on_the_seed_alone():
    batches = draw_batches(PAIRS, 5, 0, 0)
    assert sorted(n for batch in batches for n in batch) == sorted({n for batch in batches for n in batch})
    assert len([n for batch in batches for n in batch]) >= len(PAIRS) - 5
    assert draw_batches(PAIRS, 5, 0, 0) == batches
    assert draw_batches(PAIRS, 5, 1, 0) != batches


def test_the_encoder_that_learns_reads_spanish_as_the_one_that_answers():
    """The same path: what training feeds its encoder has the vectors that the app's embedder gives the pair."""
    from core.models.embedder import load_embedder
    from core.models.export import base_folder
    from core.settings import cache_folder
    from core.training.torch_embedder import TorchEmbedder

    words = adapters.packaged_words()
    pairs = [
        Pair("¿cuántos días tengo?", "Quedan veinte días de plazo.", "d", "k", "es", "es", ("La oficina cierra hoy.",)),
        Pair("¿dónde está la oficina?", "The office moved to Leeds.", "d", "k", "es", "en"),
    ]
    read = read_through(pairs, words, base_folder())
    assert read[0].passage != pairs[0].passage and read[0].negatives != pairs[0].negatives
    assert read[1].passage == pairs[1].passage
    assert read_through(pairs, None, base_folder()) == pairs
    learning, answering = TorchEmbedder(base_folder()), load_embedder(adapters.shipped_name(), cache_folder())
    for kind, lang in (("question", "lang"), ("passage", "passage_lang")):
        seen = learning.encode([getattr(pair, kind) for pair in read])
        for row, pair in zip(seen, pairs, strict=True):
            (vector,) = answering.encode([getattr(pair, kind)], lang=getattr(pair, lang))
            assert row @ vector > 0.97


def test_a_run_is_not_gone_on_with_over_other_texts(base, tmp_path):
    train_retriever_until(base, TRAIN, tmp_path, 4)
    others = [dataclasses.replace(pair, question="what is cold") for pair in TRAIN]
    with pytest.raises(AppError) as caught:
        train_retriever(base, others, HELD_OUT, CONFIG, tmp_path)
    assert caught.value.key == "training.other_run"


def test_where_memory_runs_out_a_batch_is_learned_from_in_halves_once(base, tmp_path, monkeypatch):
    from core.training.encoder import TrainableEncoder

    encode = TrainableEncoder.encode

    def short_of_memory(most):
        def run(self, texts, **named):
            if self.model.training and len(texts) > most:
                raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
            return encode(self, texts, **named)

        return run

    config = dataclasses.replace(CONFIG, keep=0.0)
    monkeypatch.setattr(TrainableEncoder, "encode", short_of_memory(2))
    trained = train_retriever(base, TRAIN, HELD_OUT, config, tmp_path / "two")
    assert trained.held_out_best < trained.held_out_before and trained.steps == 10
    monkeypatch.setattr(TrainableEncoder, "encode", short_of_memory(1))
    with pytest.raises(AppError) as caught:
        train_retriever(base, TRAIN, HELD_OUT, config, tmp_path / "one")
    assert (caught.value.key, caught.value.params) == ("training.no_memory", {"n": 2})


def train_retriever_until(base, pairs, folder, step):
    with pytest.raises(AppError):
        train_retriever(base, pairs, HELD_OUT, CONFIG, folder, lambda row: row.step < step)


def test_an_earlier_adapter_is_gone_on_from(base, whole, tmp_path):
    from core.training.earlier import take_shape

    folder, _, trained = whole
    config = take_shape(dataclasses.replace(CONFIG, rank=16, alpha=64, epochs=1), folder)
    assert (config.rank, config.alpha) == (CONFIG.rank, CONFIG.alpha) and len(config.targets) == 12
    again = train_retriever(base, TRAIN, HELD_OUT, config, tmp_path, start=folder)
    assert again.held_out_before == pytest.approx(trained.held_out_best, abs=0.02)  # kept in half precision
    assert again.trainable == trained.trainable


def test_the_rate_follows_its_schedule(base, tmp_path):
    told = {}
    for schedule in ("linear", "cosine", "constant"):
        rates = []
        config = dataclasses.replace(CONFIG, schedule=schedule, epochs=3, keep=0.0, early_stopping=False)
        rows = lambda row, rates=rates: rates.append(row.learning_rate) or row.memory_mb > 0  # noqa: E731
        train_retriever(base, TRAIN, (), config, tmp_path / schedule, rows)
        told[schedule] = rates
    assert len({rates[0] for rates in told.values()}) == 1
    assert len(set(told["constant"][2:])) == 1
    assert told["cosine"][4] > told["linear"][4] and told["cosine"][-3] < told["linear"][-3]
    assert CONFIG.learning_rate / 10 < told["linear"][-1] < CONFIG.learning_rate / 5


# ---------------------------------------------------------------- against forgetting


def test_the_share_of_what_was_learned_that_does_best_is_kept(base, whole, tmp_path, monkeypatch):
    """A merge with the base in between (WiSE-FT): here three quarters, by held-out losses that are told to it."""
    from core.training import retriever

    told = iter([2.0, 1.0, 0.9, 0.8, 0.7, 0.6, 0.65, 0.9])  # before, four checks, shares
    monkeypatch.setattr(retriever._Run, "measure", lambda self: next(told))
    trained = train_retriever(base, TRAIN, HELD_OUT, CONFIG, tmp_path)
    assert (trained.strength, trained.held_out_best) == (0.75, 0.6)
    learned, kept = load_file(whole[0] / adapter_files.WEIGHTS), load_file(tmp_path / adapter_files.WEIGHTS)
    for name, part in kept.items():
        share = 0.75 if "lora_B" in name else 1.0
        np.testing.assert_allclose(part, share * learned[name].astype(np.float32), atol=2e-3)


def test_how_far_general_texts_move_counts_against_a_check(base, whole, tmp_path):
    from core.training import retriever

    def measure(keep, start):
        config = dataclasses.replace(CONFIG, keep=keep, dropout=0.0)
        general = retriever._read_general(("en", "es"), None, base) if keep else retriever._General()
        return retriever._Run(base, TRAIN, HELD_OUT, general, config, tmp_path, start).measure()

    assert measure(1.0, None) == pytest.approx(measure(0.0, None), abs=1e-5)  # nothing has moved yet
    moved = measure(1.0, whole[0]) - measure(0.0, whole[0])
    assert moved > 1e-4
    assert measure(3.0, whole[0]) - measure(0.0, whole[0]) == pytest.approx(3 * moved, abs=1e-4)


def test_general_texts_are_held_in_the_languages_that_the_adapter_reads(base, tmp_path):
    from core.training import retriever

    both, spanish = (retriever._read_general(langs, None, base) for langs in (("en", "es"), ("es",)))
    assert (both.langs, spanish.langs) == (2, 1)
    for held, whole in zip((*spanish.pools, spanish.unseen), (*both.pools, both.unseen), strict=True):
        assert set(held) < set(whole) and held
    runs = [retriever._Run(base, TRAIN, HELD_OUT, general, CONFIG, tmp_path, None) for general in (both, spanish)]
    assert runs[0]._keep == 2 * runs[1]._keep == 2 * CONFIG.keep  # a language weighs the same alone and beside another


def test_topics_that_tell_what_is_forgotten_are_neither_replayed_nor_the_gates():
    from core.evaluation.gate import GENERAL
    from core.training.replay import general_pairs

    replayed, unseen = general_pairs(("en", "es"))
    topics = [{pair.document for pair in part} for part in (replayed, unseen)]
    gate = {json.loads(line)["topic_en"] for line in GENERAL.read_text(encoding="utf-8").splitlines()}
    assert not topics[0] & topics[1] and not (topics[0] | topics[1]) & gate
    assert {pair.lang for pair in unseen} == {"en", "es"} and len(unseen) >= 60
    assert len(replayed) == 2 * len(unseen)
