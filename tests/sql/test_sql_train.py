"""The training command on an archive of six tiny databases: it runs to the end and what it writes can be loaded."""

import csv
import functools
import io
import json
import tarfile

import pytest

from core.sql.learning.pairs import Runner, split_databases
from core.sql.learning.train import train
from core.sql.learning.trust import fit_logistic, judge_question, read_business
from core.sql.linking.trees import load_trees
from core.sql.parser.propose import ROLES, builtin_parser
from core.sql.parser.understand import load_model
from core.sql.trust import MODELS

THINGS = ["city", "player", "shop", "movie", "plant", "ship"]
QUESTIONS = [
    ("How many {0}s are there?", "SELECT count(*) FROM {0}"),
    ("List the name of every {0}.", "SELECT name FROM {0}"),
    ("What is the average size of all {0}s?", "SELECT avg(size) FROM {0}"),
    ("Which {0} has the largest size?", "SELECT name FROM {0} ORDER BY size DESC LIMIT 1"),
    ("Show the name of {0}s with size above 5.", "SELECT name FROM {0} WHERE size > 5"),
    ("How many {0}s are there of each kind?", "SELECT kind, count(*) FROM {0} GROUP BY kind"),
    ("What are the different kinds of {0}s?", "SELECT DISTINCT kind FROM {0}"),
    ("What is the maximum size for each kind of {0}?", "SELECT kind, max(size) FROM {0} GROUP BY kind"),
]


def write_archive(path):
    files = {}
    rows = [("database", "question", "sql")]
    for thing in THINGS:
        files[f"databases/{thing}_db/schema.sql"] = (
            f"CREATE TABLE {thing} (id INT PRIMARY KEY, name VARCHAR(40), kind VARCHAR(10), size INT);"
        )
        lines = [f"{n},{thing} {n},{'ab'[n % 2]},{n}" for n in range(1, 11)]
        files[f"databases/{thing}_db/data/{thing}.csv"] = "\n".join(["id,name,kind,size", *lines]) + "\n"
        rows += [(f"{thing}_db", question.format(thing), sql.format(thing)) for question, sql in QUESTIONS]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    files["train_queries.csv"] = text.getvalue()
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"spiderman/{name}")
            info.size = len(content.encode())
            tar.addfile(info, io.BytesIO(content.encode()))


BUSINESS = [
    ("sales by region", "SELECT region, sum(amount) FROM sales GROUP BY 1"),
    ("ventas por región en 2024", "SELECT region, sum(amount) FROM sales WHERE year(day) = 2024 GROUP BY 1"),
    ("average amount by region", ["SELECT region, avg(amount) FROM sales GROUP BY 1"]),
    ("which region is the moon", "SELECT 'nothing says this'"),
]


def write_business(folder):
    (folder / "shop").mkdir(parents=True)
    lines = [f"{n},{'NSEW'[n % 4]},202{3 + n % 2}-0{1 + n % 9}-11,{n * 7}" for n in range(1, 41)]
    (folder / "shop" / "sales.csv").write_text("\n".join(["id,region,day,amount", *lines]) + "\n", encoding="utf-8")
    cases = [
        {"db": "shop", "lang": "es" if "por" in q else "en", "question": q, "gold_sql": sql} for q, sql in BUSINESS
    ]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")
    write_archive(folder / "archive.tar.gz")
    write_business(folder / "business")
    train(folder / "archive.tar.gz", folder / "work", folder / "out", business=[folder / "business"])
    return folder / "out"


def test_every_weight_is_written_and_loads(trained):
    for name in (*(f"link_{role}" for role in (*ROLES, "table")), "ranker", "reranker", "confidence"):
        assert load_trees(trained / f"{name}.txt") is not None
    model = load_model(trained / "shapes.json")
    assert len(model.shapes) >= 5


def test_the_set_aside_database_is_not_read(trained):
    aside, _ = split_databases([f"{thing}_db" for thing in THINGS], 1, 3)
    work = trained.parent / "work" / "duckdb"
    assert not (work / f"{aside[0]}.duckdb").exists()
    assert json.loads((trained / "shapes.json").read_text("utf-8"))["total"] > 0


def test_the_trust_in_the_readers_is_learned_in_the_form_that_is_read(trained):
    learned = json.loads((trained / "trust.json").read_text("utf-8"))
    assert {name: tuple(weights) for name, weights in learned.items()} == MODELS
    assert any(weight for weight in learned["rule"].values())


def test_a_business_question_is_judged_by_the_rows_of_every_reading(tmp_path):
    write_business(tmp_path / "business")
    runner, parser = Runner(tmp_path), builtin_parser()
    pairs, catalogs = read_business(tmp_path / "business", tmp_path / "work", runner)
    judged = [
        judge_question(
            p.question, p.lang, catalogs[p.db], runner.golds(p), parser, functools.partial(runner.run, p.db), True
        )
        for p in pairs
    ]
    assert [j.ruled[0] for j in judged[:3]] == [True, True, True]
    assert not any((*judged[3].ruled, *judged[3].parsed))


def test_trust_weighs_what_tells_right_from_wrong():
    found = [([1.0, 1.0], True, 1.0), ([1.0, 0.0], False, 1.0)] * 20
    constant, telling = fit_logistic(found, [0, 1])
    assert telling > 1 and constant < 0
    assert fit_logistic(found[::2], [0, 1]) == [0.0, 0.0]


def test_a_signal_that_chance_taught_the_wrong_way_is_left_out():
    found = [([1.0, 1.0], True, 1.0), ([1.0, 0.0], False, 1.0)] * 20
    assert fit_logistic(found, [0, -1])[1] == 0
