"""Presets and hazards from a table of cases; the forecast against the weights that PEFT counts."""

import pytest

from core.training import forecast as forecasts
from core.training.pairs import Pair
from core.training.presets import CHOICES, PRESETS, draw_pairs, find_hazards, to_config, to_values
from core.training.retriever import RetrieverConfig

HAZARDS = [
    ({}, 600, set()),
    ({"learning_rate": 1e-2}, 600, {"rate_high"}),
    ({"learning_rate": 1e-5}, 600, {"rate_low"}),
    ({"epochs": 10}, 120, {"epochs_many"}),
    ({"epochs": 10}, 5000, {"epochs_useless"}),
    ({"batch": 4}, 600, {"batch_small"}),
    ({"rank": 64, "alpha": 64}, 200, {"rank_high"}),
    ({"rank": 4, "alpha": 64}, 600, {"alpha_high"}),
    ({"dropout": 0.3}, 600, {"dropout_high"}),
    ({"targets": ("query", "value")}, 600, {"layers_few"}),
    ({"early_stopping": False, "epochs": 2}, 600, {"no_stop"}),
    ({}, 60, {"pairs_few"}),
]


@pytest.mark.parametrize(("changes", "pairs", "expected"), HAZARDS)
def test_what_is_known_to_hurt_is_told(changes, pairs, expected):
    assert {name for _, name in find_hazards(RetrieverConfig(**changes), pairs)} == expected


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_can_be_chosen_by_hand_and_hurts_nobody(name):
    preset = PRESETS[name]
    values = to_values(preset.config)
    assert all(value in CHOICES[setting] for setting, value in values.items())
    assert to_config(values) == preset.config
    assert find_hazards(preset.config, preset.pairs_most) == []


def test_pairs_are_drawn_evenly_and_the_same_each_time():
    pairs = [Pair(f"q{n}", "p", "d", "k") for n in range(100)]
    drawn = draw_pairs(pairs, 10)
    assert drawn == draw_pairs(pairs, 10) and len(drawn) == 10
    assert [pairs.index(pair) for pair in drawn] == sorted(pairs.index(pair) for pair in drawn)
    assert draw_pairs(pairs, 100) == pairs


def test_the_weights_are_those_that_peft_counts():
    assert forecasts.count_weights(RetrieverConfig(rank=8)) == (331_776, 23_044_992)  # print_trainable_parameters
    attention = forecasts.count_weights(RetrieverConfig(rank=8, targets=("query", "value")))
    assert attention[0] == 6 * 2 * 8 * (384 + 384)


def test_a_forecast_grows_with_what_it_is_about():
    pairs = [Pair("¿Qué es?", "El contrato es un acuerdo entre las partes. " * 20, "d", "k", "es", "es")] * 64
    small = forecasts.forecast(pairs, 10, RetrieverConfig(batch=8, max_tokens=64))
    large = forecasts.forecast(pairs, 10, RetrieverConfig(batch=32, max_tokens=256, epochs=2))
    assert (small.steps, large.steps) == (8, 4)
    assert 1e9 < small.memory_bytes < large.memory_bytes and small.seconds < large.seconds
    assert not small.measured and forecasts.forecast(pairs, 0, RetrieverConfig(), 64.0).measured
    assert forecasts.forecast(pairs, 0, RetrieverConfig(epochs=10), 64.0).seconds < 60


@pytest.mark.parametrize(("cores", "load", "expected"), [(2, 0, 2), (2, 2, 1), (8, 8, 4), (2, 8, 0.4)])
def test_a_busy_machine_gives_less(cores, load, expected):
    assert forecasts.free_cores(cores, load) == pytest.approx(expected)
