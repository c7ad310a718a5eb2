"""The scripted model keeps its time, and what the app adds to it is measured against a bare client."""

import statistics

from core.evaluation.first_token import own_ms, scripted_model, summarize


def test_the_scripted_model_speaks_after_its_delay():
    with scripted_model(60.0) as url:
        own = statistics.median(own_ms(url, calls=3))
    assert 60.0 <= own < 600.0


def test_what_is_added_is_what_goes_beyond_the_models_own_time():
    assert summarize([210.0, 230.0, 250.0], 200.0) == {"questions": 3, "added_p50": 30.0, "added_p95": 48.0}
