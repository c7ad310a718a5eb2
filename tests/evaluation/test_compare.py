"""A/B on the same cases and on live votes: against values worked out apart, and against simulated truth."""

import math
import random

import pytest

from core.evaluation.compare import compare, find_losses, interval, may_have_lost, mcnemar, needed_cases, verdict
from core.evaluation.live import assign, settle


def paired(draw, cases, broke, fixed, share=0.7):
    """Scores of A and B where B breaks and fixes each case with a given chance."""
    a, b = {}, {}
    for number in range(cases):
        chance = draw.random()
        was = float(draw.random() < share)
        name = str(number)
        a[name], b[name] = was, was
        if chance < broke:
            a[name], b[name] = 1.0, 0.0
        elif chance < broke + fixed:
            a[name], b[name] = 0.0, 1.0
    return a, b


@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (1, 0, 2 * 0 + 0.5),
        (6, 1, 2 * (1 / 128) + 7 / 128),
        (10, 2, 2 * (1 + 12) / 4096 + 66 / 4096),
    ],
)
def test_mcnemar_mid_p(better, worse, expected):
    assert mcnemar(better, worse) == pytest.approx(expected)
    assert mcnemar(worse, better) == pytest.approx(expected)


def test_interval_of_one_run():
    assert interval([1.0] * 8 + [0.0] * 2) == pytest.approx((0.49016, 0.94332), abs=1e-4)  # Wilson's, by hand
    assert interval([1.0] * 10)[1] == pytest.approx(1.0)
    low, high = interval([0.2, 0.4, 0.6, 0.8] * 10)
    assert low < 0.5 < high
    assert interval([]) == (0.0, 0.0)


def test_needed_cases_follows_the_normal_formula():
    steps = [1.0] * 30 + [-1.0] * 10 + [0.0] * 60
    variance = (40 - 100 * 0.2**2) / 99
    assert needed_cases(steps) == math.ceil((1.959964 + 0.841621) ** 2 * variance / 0.04)
    assert needed_cases([0.0] * 10) == 0


def test_a_clear_gain_is_named_with_its_losers():
    a, b = paired(random.Random(3), 400, broke=0.01, fixed=0.12)
    found = compare(a, b)
    assert found.winner == "b"
    assert 0 <= found.low < found.difference < found.high
    assert all(a[name] > b[name] for name in found.worse)
    english = verdict(found, "en")
    assert english.startswith("B is better by") and f"{len(found.worse)} question" in english
    assert verdict(compare(b, a), "es").startswith("A es mejor por")


def test_scores_that_are_no_shares_are_compared_too():
    draw = random.Random(5)
    a = {str(n): draw.gauss(10, 3) for n in range(80)}
    b = {name: value + draw.gauss(1.5, 1) for name, value in a.items()}
    assert compare(a, b).winner == "b"
    assert compare(a, a).winner is None


def test_cases_of_one_run_alone_do_not_count():
    found = compare({"x": 1.0, "y": 0.0}, {"x": 1.0, "z": 1.0})
    assert found.cases == 1 and found.winner is None
    assert compare({}, {}).cases == 0
    assert "in common" in verdict(compare({}, {}), "en")


def test_a_against_a_errs_about_as_often_as_it_says():
    draw = random.Random(11)
    wrong = sum(compare(*paired(draw, 400, 0.06, 0.06)).winner is not None for _ in range(200))
    assert 2 <= wrong <= 20  # 5 % of 200, within three standard errors


def test_five_points_on_four_hundred_cases_are_found():
    draw = random.Random(12)
    found = sum(compare(*paired(draw, 400, 0.03, 0.08)).winner == "b" for _ in range(60))
    assert found >= 42


def test_peeking_after_every_vote_does_not_make_winners():
    draw = random.Random(13)
    wrong = sum(ever_settled(draw, 0.6, 0.6, 300) for _ in range(300))
    assert wrong <= 15 + 3 * 4


def test_a_real_difference_is_found_live():
    draw = random.Random(14)
    assert sum(ever_settled(draw, 0.5, 0.8, 400) for _ in range(40)) >= 34


def ever_settled(draw, share_a, share_b, votes):
    given = [
        (side, draw.random() < (share_a if side == "a" else share_b))
        for side in (draw.choice("ab") for _ in range(votes))
    ]
    return settle(given).winner is not None  # once settled it stays settled: the last look tells of all


def test_a_settled_verdict_stays():
    votes = [("a", False), ("b", True)] * 40
    assert settle(votes).winner == "b"
    assert settle(votes + [("a", True), ("b", False)] * 60).winner == "b"
    assert settle(votes[:30]).winner is None  # fifteen a side: below the minimum


def test_assignment_is_stable_and_fair():
    sides = [assign("greeting", str(unit)) for unit in range(2000)]
    assert sides == [assign("greeting", str(unit)) for unit in range(2000)]
    assert 900 < sides.count("b") < 1100
    assert sides != [assign("other", str(unit)) for unit in range(2000)]
    assert {assign("x", str(unit), share_b=0.0) for unit in range(50)} == {"a"}


# ---------------------------------------------------------------- what has been lost


def counted(cases, broke, fixed):
    """A and B over so many cases, of which B breaks and fixes so many."""
    a = {str(n): float(n < broke or n >= broke + fixed) for n in range(cases)}
    return compare(a, {str(n): float(n >= broke) for n in range(cases)})


@pytest.mark.parametrize(
    ("cases", "broke", "fixed", "lost"),
    [
        (208, 4, 2, False),  # a point less on two hundred questions
        (200, 12, 2, True),
        (200, 2, 12, False),
        (400, 5, 1, False),  # likely, but not of five points
        (2000, 40, 10, True),  # proven, and only 1.5 points
        (20, 1, 0, False),
        (20, 2, 0, True),  # ten points, though chance does it one time in eight
        (20, 5, 2, True),
        (5, 1, 0, False),
        (5, 2, 0, True),
        (0, 0, 0, False),
    ],
)
def test_what_counts_as_a_loss(cases, broke, fixed, lost):
    assert find_losses({"a": counted(cases, broke, fixed)}) == (["a"] if lost else [])


def test_several_measures_need_more_proof_each_and_the_same_one_twice_does_not():
    little, still = counted(2000, 40, 25), counted(2000, 0, 0)  # one-sided .03
    assert find_losses({"a": little}) == ["a"]
    assert find_losses({"a": little, "a_es": little}) == ["a", "a_es"]
    assert find_losses({"a": little, "b": still}) == []


def test_a_loss_of_another_scale_has_its_own_margin():
    a = {str(n): -2.0 - n / 100 for n in range(60)}
    b = {name: score - 0.09 + (0.2 if int(name) % 3 else -0.4) for name, score in a.items()}
    found = compare(a, b)
    assert found.low < -0.1 < found.difference < 0
    assert may_have_lost(found, 0.1) and not may_have_lost(found, 1.0)
    assert not may_have_lost(compare(b, a), 0.1)
