"""Short results said whole: what stands in the cells, in the language and the formats of the question."""

import pytest

from core.records import QueryResult
from core.sql.insight.listing import say_rows


def _result(columns, rows, types=None, truncated=False):
    return QueryResult(tuple(columns), tuple(types or ["VARCHAR"] * len(columns)), tuple(rows), truncated)


@pytest.mark.parametrize(
    ("result", "lang", "said"),
    [
        (_result(["codename"], [("bullseye",)]), "en", "Codename: bullseye."),
        (_result(["release"], [("2022-04-21",)], ["DATE"]), "en", "Release: 21 Apr 2022."),
        (_result(["release"], [("2022-04-21",)], ["DATE"]), "es", "Release: 21 abr 2022."),
        (_result(["país", "oro"], [("China", 10)], ["VARCHAR", "BIGINT"]), "es", "País: China; Oro: 10."),
        (_result(["nation"], [("China",), ("Peru",)]), "en", "Nation: China, Peru."),
        (
            _result(["nation", "gold"], [("China", 1200.5), ("Peru", None)], ["VARCHAR", "DOUBLE"]),
            "es", "China: 1200,5; Peru: (sin valor).",
        ),
        (_result(["n"], [(f"v{i}",) for i in range(9)]), "en", "N, 9 rows: v0, v1, v2, v3, v4, v5 …"),
        (_result(["a", "b", "c"], [("x", "y", "z")] * 2), "en", ""),
        (_result(["a"], []), "en", ""),
    ],
)  # fmt: skip
def test_a_short_result_is_said_whole(result, lang, said):
    assert say_rows(result, lang) == said


def test_long_cells_are_cut():
    assert len(say_rows(_result(["note"], [("long " * 60,)]), "en")) < 120
