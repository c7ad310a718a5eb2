"""A groundedness model is used only where it was measured to be better than the rules: a random one is refused."""

import dataclasses
import json

import pytest

from core import settings as settings_table
from core.errors import AppError
from core.evaluation import groundedness as measure
from core.evaluation.claim_cases import read_claim_cases
from core.evaluation.run import main
from core.models import groundedness
from core.records import Answer, Citation, Page, Route
from core.validation.check import check_answer


@pytest.fixture(scope="module")
def random_model(tmp_path_factory):
    """A folder with a BERT of one thin layer that marks tokens at random."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789"]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=128, num_labels=2, id2label={0: "supported", 1: "hallucinated"},
    )  # fmt: skip
    BertForTokenClassification(config).save_pretrained(folder)
    return folder


def knows_all(pairs):
    """A stub that has read every true statement with its quotes."""
    true = {}
    for path in measure.STATEMENTS.glob("*.jsonl"):
        for case in read_claim_cases(path):
            text = " ".join(case.text.split("[")[0].split())
            true[text] = [" ".join(cited.quote.split()) for cited in case.citations]
    found = []
    for source, claim in pairs:
        quotes = true.get(" ".join(claim.rstrip(" .").split()), true.get(claim))
        quotes = quotes or next((held for text, held in true.items() if claim.startswith(text)), None)
        found.append(0.9 if quotes and all(quote in " ".join(source.split()) for quote in quotes) else 0.1)
    return found


def settings_for(tmp_path, name):
    return settings_table.load(tmp_path).replace(groundedness_model=str(name))


def test_a_random_model_is_refused_with_its_figures(random_model, tmp_path, capsys):
    arguments = ["validation", "--groundedness", str(random_model), "--workspace", str(tmp_path), "--limit", "12"]
    assert main(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["accepted"] is False
    assert "is not used" in told["in_words"]
    settings = settings_for(tmp_path, random_model)
    assert groundedness.grounded_in_use(settings) is None
    assert groundedness.tell_card(settings)[0] == "groundedness.refused"


def test_a_better_one_is_accepted():
    card = measure.compare_groundedness("stub", "0", knows_all, limit=14)
    assert card.accepted
    assert card.own > card.rules
    assert card.gain_low > 0


def test_an_accepted_model_is_used_only_with_the_weights_that_were_measured(random_model, tmp_path):
    weights = groundedness.hash_weights(random_model)
    card = groundedness.GroundednessCard(str(random_model), weights, 0.5, 9, 0.8, 0.9, 0.02, 0.2, True)
    settings = settings_for(tmp_path, random_model)
    groundedness.write_card(tmp_path, card)
    assert groundedness.grounded_in_use(settings)([("a b", "a")])[0] == pytest.approx(0.5, abs=0.5)
    groundedness.write_card(tmp_path, dataclasses.replace(card, weights="other"))
    assert groundedness.grounded_in_use(settings) is None


def test_one_that_was_never_measured_is_not_used(random_model, tmp_path):
    settings = settings_for(tmp_path, random_model)
    assert groundedness.grounded_in_use(settings) is None
    assert groundedness.tell_card(settings)[0] == "groundedness.unmeasured"


def test_a_folder_without_safetensors_is_refused(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"0")
    with pytest.raises(AppError) as refused:
        groundedness.load_groundedness(str(tmp_path))
    assert refused.value.key == "models.no_safetensors"


def test_its_scores_judge_what_cites_a_passage():
    page = Page(1, "The sky over the harbour was green that day.")
    quote = Citation(1, 1, "a.txt", 1, page.text, 0, len(page.text), 1.0, False)
    answer = Answer("", "", "en", Route("documents", ""), "answered", "It rained [1].", citations=(quote,), engine="x")
    seen = []

    def score(pairs):
        seen.extend(pairs)
        return [0.8]

    (check,) = check_answer(answer, read_page=lambda document, number: page, grounded=score).checks
    assert (check.verdict, check.reason) == ("supported", "model_supports")
    assert "green" in seen[0][0]
    assert seen[0][1] == "It rained ."
