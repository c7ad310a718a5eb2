"""Random mutations of statements (case, quotes, comments, nesting, splices), and an oracle that is not the guard."""

import functools
import re

import duckdb

FRAGMENTS = [
    "hidden_table", "'hidden_table'", '"hidden_table"', "main.hidden_table", "memory.main.hidden_table", "sales",
    "(SELECT max(s) FROM hidden_table)", "read_text('/etc/passwd')", "'/etc/passwd'", "query('FROM hidden_table')",
    "query_table('hidden_table')", "sleep_ms(9)", "getvariable('x')", "WITH sales AS (SELECT * FROM hidden_table)",
    "WITH RECURSIVE hidden_table AS (SELECT * FROM hidden_table UNION SELECT 1)", "; DROP TABLE sales", "; SELECT 1",
    "COPY sales TO '/tmp/x'", "UNION ALL SELECT s FROM hidden_table", "-- ", "/* ", "*/", "$$", "'", '"', "\u00a0",
    "\ufeff", "(", ")", "FROM", "DESCRIBE", "SUMMARIZE", "PIVOT", "LATERAL", "AS hidden_table", "\\",
    "E'\\''", "\u202e",
]  # fmt: skip


def mutate(text, rng):
    """One to four random changes of a statement."""
    for _ in range(rng.randint(1, 4)):
        text = rng.choice(CHANGES)(text, rng)
    return text


def _swap_case(text, rng):
    return "".join(c.swapcase() if rng.random() < 0.3 else c for c in text)


def _insert(text, rng):
    place = rng.randint(0, len(text))
    return text[:place] + f" {rng.choice(FRAGMENTS)} " + text[place:]


def _replace_word(text, rng):
    words = list(re.finditer(r"\w+", text))
    if not words:
        return text
    word = rng.choice(words)
    return text[: word.start()] + rng.choice(FRAGMENTS) + text[word.end() :]


def _rename_table(text, rng):
    return re.sub(
        r"\b(sales|customers)\b", lambda m: rng.choice([m[0], "hidden_table", f'"{m[0]}"', m[0].upper()]), text
    )


def _comment(text, rng):
    return re.sub(r"\s", lambda m: rng.choice([m[0], "/**/", "\n", "/* ; */", " --\n"]), text)


def _nest(text, rng):
    wrap = rng.choice(
        ["SELECT * FROM ({})", "WITH q AS ({}) SELECT * FROM q", "SELECT ({})", "SELECT 1 WHERE EXISTS ({})",
         "DESCRIBE {}",
         "SELECT * FROM sales WHERE id IN ({})", "({}) UNION ALL SELECT 1", "SUMMARIZE {}", "EXPLAIN ANALYZE {}",
         "WITH hidden_table AS ({}) SELECT * FROM hidden_table", "CREATE TABLE x AS {}", "COPY ({}) TO '/tmp/y'"]
    )  # fmt: skip
    return wrap.format(text.rstrip("; \n"))


def _delete(text, rng):
    if len(text) < 3:
        return text
    start = rng.randrange(len(text))
    return text[:start] + text[start + rng.randint(1, 6) :]


CHANGES = [_swap_case, _insert, _insert, _replace_word, _replace_word, _rename_table, _comment, _nest, _delete]


@functools.cache
def _oracle():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE sales(id INT, customer VARCHAR, amount DOUBLE, day DATE, note VARCHAR)")
    connection.execute("CREATE TABLE customers(customer VARCHAR, region VARCHAR)")
    connection.execute("CREATE TABLE hidden_table(k INT, s VARCHAR)")
    return connection


def foreign_tables(text, known):
    """Tables outside `known` that the engine says the statement reads; '<write>' where it is no SELECT.

    The engine is asked for names only: to explain a statement it would compute its constants, and some of these cost
    gigabytes."""
    statements = _oracle().extract_statements(text)
    found = {"<write>" for statement in statements if statement.type != duckdb.StatementType.SELECT}
    if len(statements) != 1:
        found.add("<several>")
    try:
        found |= {name.lower() for name in _oracle().get_table_names(text)}
    except duckdb.Error:
        return found  # What the binder refuses never runs.
    return found - known
