"""Adapters as zip files: what is packed comes back; a hostile zip leaves nothing outside the folder it goes to."""

import io
import json
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.errors import AppError
from core.models import adapter_files, adapters
from core.records import AdapterCard
from core.training import parcel
from core.training.job import read_job
from core.training.pairs import Pair, read_pairs
from core.training.retriever import RetrieverConfig


def zip_of(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("/MACOSX", "__MACOSX"), data)
    return target.getvalue()


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_what_is_packed_comes_back(tmp_path, place):
    made = tmp_path / "mine"
    made.mkdir()
    for name in (adapter_files.CARD, adapter_files.CONFIG, adapter_files.WEIGHTS):
        (made / name).write_text(name)
    card = {"kind": "chat", "base": "/home/me/models/mine", "passed": True}
    (made / adapter_files.CARD).write_text(json.dumps(card))
    (made / adapter_files.CONFIG).write_text(json.dumps({"r": 12}))
    packed = parcel.pack(made)
    parcel.unpack(packed, place)
    assert len(list(place.iterdir())) == 3
    assert json.loads((place / adapter_files.CARD).read_text()) == card | {"base": "mine"}  # no path of mine
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        told = archive.read("mine/README.md").decode()
    assert "vllm serve mine --enable-lora --max-lora-rank 16 --lora-modules mine=./mine" in told
    assert (place / adapter_files.WEIGHTS).read_text() == adapter_files.WEIGHTS


def test_what_is_not_in_the_weights_is_told_with_them(tmp_path):
    made = tmp_path / "mine"
    made.mkdir()
    for name in (adapter_files.CONFIG, adapter_files.WEIGHTS, adapter_files.WORDS):
        (made / name).write_text(name)

    def readme(**values):
        adapters.write_card(made, AdapterCard("mine", "retriever", "minilm", "b", "a", "d", **values))
        with zipfile.ZipFile(io.BytesIO(parcel.pack(made))) as archive:
            return archive.read("mine/README.md").decode()

    assert "words.txt" in readme() and "alone" not in readme()
    assert "It reads Spanish alone." in readme(langs=("es",))


GOOD = {adapter_files.CONFIG: "{}", adapter_files.WEIGHTS: "w"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("..__out.txt", "path"),
        ("/abs__README.md", "path"),
        ("a__..__..__README.md", "path"),
        ("C:\\README.md", "path"),
        ("..\\README.md", "path"),
        ("evil.py", "unknown_file"),
        ("mine__training_args.bin", "unknown_file"),
        ("mine__data.pkl", "unknown_file"),
    ],
)
def test_a_zip_that_holds_more_than_an_adapter_is_refused(tmp_path, place, name, reason):
    with pytest.raises(AppError) as caught:
        parcel.unpack(zip_of(**GOOD, **{name: "x"}), place)
    assert caught.value.key == f"adapters.refused_{reason}"
    assert list(tmp_path.rglob("*")) == [place]


def test_what_a_mac_adds_is_passed_over_and_the_rest_written_by_bare_names(tmp_path, place):
    inside = {f"mine__{name}": text for name, text in GOOD.items()}
    parcel.unpack(zip_of(**inside, **{"__MACOSX__x": "x", "mine__.DS_Store": "x", "mine__README.md": "x"}), place)
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(["in", *GOOD])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 broken",
        zip_of(**{adapter_files.CONFIG: "{}"}),
        zip_of(**{adapter_files.CONFIG: "{}", adapter_files.WEIGHTS: "w", f"again__{adapter_files.WEIGHTS}": "w"}),
    ],
)
def test_what_is_no_adapter_is_refused(data, place):
    with pytest.raises(AppError) as caught:
        parcel.unpack(data, place)
    assert caught.value.key == "adapters.parcel"


def test_a_zip_bomb_is_cut_off(place):
    bomb = zip_of(**{adapter_files.CONFIG: b"0" * (3 * 2**20), adapter_files.WEIGHTS: b"w"})
    assert len(bomb) < 10_000
    with pytest.raises(AppError) as caught:
        parcel.unpack(bomb, place)
    assert caught.value.key == "adapters.refused_too_large"


def test_a_packed_job_reads_back_where_it_is_unpacked(tmp_path):
    pairs = [Pair("¿Quién firma?", "Firma la jefa.", "d", "k", "es", "es")]
    config = RetrieverConfig(epochs=3, targets=("query", "value"))
    with zipfile.ZipFile(io.BytesIO(parcel.pack_job("away", pairs, config))) as archive:
        archive.extractall(tmp_path)
    job = read_job(tmp_path / "away" / "job.json")
    assert (job.name, job.config, read_pairs(job.data[0])) == ("away", config, pairs)
    assert len((tmp_path / "away" / "README.md").read_text().splitlines()) == 3
    assert "torch==" in (tmp_path / "away" / "requirements.lock").read_text()


def test_a_job_that_goes_on_from_an_earlier_adapter_carries_it(tmp_path):
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    layer = "encoder.layer.0.attention.self.query"
    shapes = {"A": (4, 384), "B": (384, 4)}
    tensors = {f"base_model.model.{layer}.lora_{side}.weight": np.ones(shape, "f2") for side, shape in shapes.items()}
    save_file(tensors, earlier / adapter_files.WEIGHTS)
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": [layer]}
    (earlier / adapter_files.CONFIG).write_text(json.dumps(config))
    judged = AdapterCard("earlier", "retriever", "/home/me/minilm", "b", "a", "d", langs=("es",))
    adapters.write_card(earlier, judged)
    data = parcel.pack_job("mine", [Pair("q", "p", "d", "k")], RetrieverConfig(rank=32), earlier)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path / "there")
    job = read_job(tmp_path / "there" / "mine" / "job.json")
    assert (job.start.name, job.config.rank, job.config.alpha) == ("start", 4, 8)
    assert job.config.targets == (layer,)
    assert adapters.langs_of(job.start) == ("es",)
    assert adapters.read_card(job.start).base == "minilm"
