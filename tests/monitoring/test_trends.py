"""Trends: what the columns are called decides how the chart reads them."""

import pytest

from core.charts.draw import draw
from core.monitoring.report import Filter, make_report
from core.monitoring.trends import latency
from core.records import Trace
from core.state import traces
from core.state.database import Database


@pytest.mark.parametrize("lang", ["en", "es"])
def test_both_times_of_a_question_stand_on_one_axis_in_milliseconds(tmp_path, lang):
    db = Database(tmp_path / "state.sqlite")
    for hour in range(6):
        traces.record(db, Trace(1.7e9 + 3600 * hour, "en", "data", "answered", total_ms=100.0 + hour))
    spec, rows = latency(make_report(db, Filter()), lang)
    figure = draw(spec, rows, lang)
    axes = [name for name in figure.to_dict()["layout"] if name.startswith("yaxis")]
    assert axes == ["yaxis"]
    assert not [text for text in figure.layout.yaxis.ticktext if "%" in text]
