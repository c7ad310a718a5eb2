"""The guard: a pure function from a statement and a catalog to `CheckedSql`, or a refusal that names its reason.

DuckDB's own parser leads (`json_serialize_sql` in a locked memory connection), so there is no second grammar for an
attacker to play against it. Every object of the tree must be a node of `allowed/duckdb-<version>.json` with that
node's fields and no other, every table one of the catalog's (unqualified) or a CTE in scope, every function on the
list. Unknown means refused. sqlglot gives a second opinion that can only refuse.

Nothing here runs a statement, opens a file or knows a limit: that is the sandbox's work, which takes nothing but what
this module admits.
"""

from __future__ import annotations

import difflib
import functools
import json
import logging
import string
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.records import Catalog, CheckedSql

TEXT_MAX = 20_000
# DuckDB 2.0's parser needs quadratic time for brackets that never close: 3,000 of them cost it 12 s, 100 a few ms.
DEPTH_MAX = 100
_NOWHERE = 2**64 - 1
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_ALLOWED = Path(__file__).parent / "allowed"
_OPENING = threading.Lock()

AGGREGATES = frozenset(
    "any_value approx_count_distinct approx_quantile arbitrary arg_max arg_min argmax argmin array_agg avg bool_and "
    "bool_or corr count count_if count_star countif covar_pop covar_samp entropy favg first fsum geomean "
    "geometric_mean group_concat histogram kurtosis last list listagg mad max max_by mean median min min_by mode "
    "product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope "
    "reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sumkahan var_pop var_samp variance "
    "weighted_avg".split()
)


def fold(name: str) -> str:
    """A name as DuckDB compares it: ASCII letters lowered, nothing else (`str.lower` would let 'K' pass for 'k')."""
    return name.translate(_LOWER)


def check_sql(text: str, catalog: Catalog) -> CheckedSql:
    """Admit `text` or raise an AppError `sql.guard.*` with `position` (code points from 0), `line` and `snippet`."""
    _check_text(text)
    tree = _parse(text)
    walk = _Walk(text, _names(catalog))
    walk.statement(tree)
    _second_opinion(text, walk)
    return CheckedSql(
        text=text,
        tables=tuple(dict.fromkeys(walk.tables)),
        filters=tuple(dict.fromkeys(walk.filters)),
        joins=tuple(dict.fromkeys(walk.joins)),
        aggregates=tuple(dict.fromkeys(walk.aggregates)),
        ordered=_is_ordered(tree),
    )


def refuse(reason: str, text: str, position: int = 0, **params: Any) -> AppError:
    """The refusal `sql.guard.<reason>` at a code point of `text`."""
    position = max(0, min(position, len(text)))
    line = text.count("\n", 0, position) + 1
    snippet = text[position : position + 40].split("\n")[0]
    return AppError(f"sql.guard.{reason}", position=position, line=line, snippet=snippet, **params)


@functools.cache
def allowed() -> dict[str, Any]:
    """The frozen lists for the engine that is installed; another version has no list and admits nothing."""
    import duckdb

    path = _ALLOWED / f"duckdb-{duckdb.__version__}.json"
    if not path.exists():
        raise AppError("sql.guard.engine_version", version=duckdb.__version__)
    lists = json.loads(path.read_text(encoding="utf-8"))
    return {
        "nodes": {name: frozenset(fields) for name, fields in lists["nodes"].items()},
        "parts": {name: frozenset(fields) for name, fields in lists["parts"].items()},
        "functions": frozenset(lists["functions"]),
        "table_functions": frozenset(lists["table_functions"]),
    }


def _names(catalog: Catalog) -> dict[str, str]:
    return {fold(table.name): table.name for table in catalog.tables}


# ---------------------------------------------------------------- the text


def _check_text(text: str) -> None:
    if not text.strip():
        raise refuse("empty", text)
    if len(text) > TEXT_MAX:
        raise refuse("too_long", text, length=len(text), maximum=TEXT_MAX)
    for position, character in enumerate(text):
        if (character < " " and character not in "\t\n\r") or character == "\x7f" or "\ud800" <= character <= "\udfff":
            raise refuse("control_character", text, position)
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth > DEPTH_MAX:
            raise refuse("too_deep", text, position, maximum=DEPTH_MAX)


@functools.cache
def _engine() -> Any:
    """A memory connection that can do nothing but parse. Each use takes a cursor: connections are not shared."""
    import duckdb

    connection = duckdb.connect(":memory:")
    for statement in (
        "SET threads = 1",
        "SET memory_limit = '256MB'",
        "SET temp_directory = ''",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET python_enable_replacements = false",
        "SET max_expression_depth = 250",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def _parse(text: str) -> dict[str, Any]:
    """The one statement of `text` as DuckDB's own tree."""
    import duckdb

    allowed()
    with _OPENING:
        cursor = _engine().cursor()
    try:
        serialized = cursor.execute("SELECT json_serialize_sql(?)", [text]).fetchone()[0]
        answer = json.loads(serialized)
    except RecursionError:
        raise refuse("too_deep", text, maximum=DEPTH_MAX) from None
    except (duckdb.Error, ValueError, UnicodeError) as error:
        raise refuse("syntax", text, detail=_first_line(str(error))) from None
    finally:
        cursor.close()
    if answer["error"]:
        raise _parse_refusal(text, answer)
    statements = answer["statements"]
    if not statements:
        raise refuse("empty", text)
    if len(statements) > 1:
        raise refuse("several_statements", text, count=len(statements))
    return statements[0]


def _parse_refusal(text: str, answer: dict[str, Any]) -> AppError:
    if answer.get("error_type") == "not implemented":
        word = _first_word(text)
        count = _count_statements(text)
        if count != 1:
            return refuse("several_statements", text, count=count)
        if word == "PIVOT":
            return refuse("pivot_without_in", text)
        return refuse("not_a_question", text, word=word)
    detail = _first_line(answer.get("error_message", ""))
    if "expression depth" in detail:
        return refuse("too_deep", text, maximum=DEPTH_MAX)
    return refuse("syntax", text, _code_point(text, int(answer.get("position") or 0)), detail=detail)


def _count_statements(text: str) -> int:
    import duckdb

    try:
        return len(_engine().cursor().extract_statements(text))
    except (duckdb.Error, ValueError):
        # ValueError: a kind of statement that the Python binding has no name for.
        return 1


def _first_line(message: str) -> str:
    return message.strip().split("\n")[0][:200]


def _first_word(text: str) -> str:
    """The first word outside comments, for a message; nothing is decided by it but the message."""
    while True:
        text = text.lstrip(" \t\r\n;(")
        if text.startswith("--"):
            text = text.partition("\n")[2]
        elif text.startswith("/*"):
            text = text.partition("*/")[2]
        else:
            break
    word = text.split(None, 1)[0] if text.split() else ""
    return "".join(c for c in word if c.isalpha() or c == "_").upper()[:30]


def _code_point(text: str, byte: int) -> int:
    """DuckDB counts bytes of UTF-8, we count code points."""
    return len(text.encode("utf-8")[:byte].decode("utf-8", "ignore"))


# ---------------------------------------------------------------- the tree


@dataclass
class _Walk:
    """One walk over DuckDB's tree, with an explicit stack: the depth of a statement must not be Python's."""

    text: str
    catalog: dict[str, str]
    tables: list[str] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    aggregates: list[str] = field(default_factory=list)
    ctes: set[str] = field(default_factory=set)

    def statement(self, tree: dict[str, Any]) -> None:
        if tree.get("named_param_map"):
            raise refuse("parameter", self.text)
        stack: list[tuple[Any, str, frozenset[str]]] = [(tree, "statements", frozenset())]
        while stack:
            item, place, scope = stack.pop()
            if isinstance(item, list):
                stack.extend((child, place, scope) for child in reversed(item))
            elif isinstance(item, dict):
                self._check_shape(item, place)
                stack.extend(reversed(self._children(item, scope)))

    def _check_shape(self, item: dict[str, Any], place: str) -> None:
        kind = item.get("type")
        if not isinstance(kind, str):
            if not item.keys() <= allowed()["parts"].get(place, frozenset()):
                raise refuse("node", self.text, name=place)
            if item.get("pivot_enum"):
                raise refuse("pivot_without_in", self.text)
            return
        group = item.get("class", kind)
        name = kind if group == kind else f"{group}/{kind}"
        fields = allowed()["nodes"].get(name)
        if name == "PARAMETER/VALUE_PARAMETER":
            raise refuse("parameter", self.text, self._position(item))
        if fields is None or not item.keys() <= fields:
            raise refuse("node", self.text, self._position(item), name=kind)

    def _children(self, item: dict[str, Any], scope: frozenset[str]) -> list[tuple[Any, str, frozenset[str]]]:
        """What to walk next, each child with the CTE names that DuckDB's binder can see from there."""
        children = []
        for entry in item.get("cte_map", {}).get("map", ()):
            name = fold(entry["key"])
            if name in self.catalog:
                raise refuse("cte_shadows", self.text, self._find(entry["key"]), name=entry["key"])
            children.append((entry["value"], "value", scope))
            scope = scope | {name}
            self.ctes.add(name)
        self._judge(item, scope)
        for key, child in item.items():
            if key == "cte_map" or not isinstance(child, (dict, list)):
                continue
            inner = scope
            if item.get("type") == "RECURSIVE_CTE_NODE" and key == "right":
                # Only the recursive half sees the CTE itself; in the first half its name is a table.
                inner = scope | {fold(item["cte_name"])}
            children.append((child, key, inner))
        return children

    def _judge(self, item: dict[str, Any], scope: frozenset[str]) -> None:
        kind = item.get("type")
        if kind == "BASE_TABLE":
            self._judge_table(item, scope)
        elif kind == "TABLE_FUNCTION":
            self._judge_table_function(item)
        elif kind == "SHOW_REF":
            self._judge_show(item)
        elif kind == "JOIN":
            self.joins += self._parts_of(item.get("condition")) + [f"USING ({c})" for c in item["using_columns"]]
        elif kind == "SELECT_NODE":
            self.filters += self._parts_of(item["where_clause"])
            self.filters += self._parts_of(item["having"]) + self._parts_of(item["qualify"])
        elif kind == "TYPE" and len(item["qualified_name"]["path"]) != 1:
            raise refuse("node", self.text, self._position(item), name=".".join(item["qualified_name"]["path"]))
        elif "function_name" in item:
            self._judge_function(item)

    def _judge_table(self, item: dict[str, Any], scope: frozenset[str]) -> None:
        path, position = item["qualified_name"]["path"], self._position(item)
        if len(path) != 1 or item["schema_name"] or item["catalog_name"]:
            raise refuse("qualified_table", self.text, position, name=".".join(path))
        if item["at_clause"] is not None:
            raise refuse("node", self.text, position, name="AT")
        name = fold(path[0])
        if name in scope:
            return
        if name not in self.catalog:
            near = difflib.get_close_matches(name, self.catalog, n=1, cutoff=0.0)
            nearest = self.catalog[near[0]] if near else "-"
            raise refuse("unknown_table", self.text, position, name=path[0][:80], nearest=nearest)
        self.tables.append(self.catalog[name])

    def _judge_table_function(self, item: dict[str, Any]) -> None:
        function = item["function"]
        name, path = fold(function.get("function_name", "?")), function["qualified_name"]["path"]
        if name not in allowed()["table_functions"] or len(path) != 1:
            raise refuse("table_function", self.text, self._position(item), name=".".join(path)[:80])

    def _judge_show(self, item: dict[str, Any]) -> None:
        """DESCRIBE and SUMMARIZE of a query or a table, which is walked like any other; no list of what there is."""
        if item["query"] is None:
            raise refuse("show", self.text)

    def _judge_function(self, item: dict[str, Any]) -> None:
        name = fold(item["qualified_name"]["path"][-1])
        known = allowed()["functions"] | allowed()["table_functions"]
        if name not in known or name != fold(item["function_name"]):
            raise refuse("function", self.text, self._position(item), name=item["function_name"][:80])
        if name in AGGREGATES:
            self.aggregates.append(self._slice(item) or name)

    def _parts_of(self, condition: dict[str, Any] | None) -> list[str]:
        """The conditions joined by AND, in the words of the statement."""
        if condition is None:
            return []
        if condition.get("type") == "CONJUNCTION_AND":
            return [part for child in condition["children"] for part in self._parts_of(child)]
        return [self._slice(condition)] if self._slice(condition) else []

    def _slice(self, item: dict[str, Any]) -> str:
        start, length = item.get("query_location", _NOWHERE), item.get("query_location_length", 0)
        if start == _NOWHERE or not length:
            return ""
        return self.text.encode("utf-8")[start : start + length].decode("utf-8", "ignore")

    def _position(self, item: dict[str, Any]) -> int:
        location = item.get("query_location", _NOWHERE)
        return 0 if location == _NOWHERE else _code_point(self.text, location)

    def _find(self, name: str) -> int:
        return max(0, fold(self.text).find(fold(name)))


def _is_ordered(tree: dict[str, Any]) -> bool:
    return any(modifier["type"] == "ORDER_MODIFIER" for modifier in tree["node"]["modifiers"])


# ---------------------------------------------------------------- the second opinion


def _second_opinion(text: str, walk: _Walk) -> None:
    """Refuse what sqlglot reads as a write, a command or a foreign table, whatever DuckDB's tree said.

    What sqlglot cannot read it has no opinion on: it knows less of DuckDB's grammar than DuckDB."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    # What it calls a Command is refused below; its warning about it would tell the log nothing more.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        statements = [s for s in sqlglot.parse(text, dialect="duckdb") if s is not None]
    except (SqlglotError, RecursionError):
        return
    known = walk.catalog.keys() | walk.ctes
    for node in (node for statement in statements for node in statement.walk()):
        if isinstance(node, _writes()):
            raise refuse("second_opinion", text, name=type(node).__name__.upper())
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            if node.args.get("db") or node.args.get("catalog"):
                raise refuse("qualified_table", text, name=node.sql(dialect="duckdb")[:80])
            if fold(node.name) not in known:
                raise refuse("unknown_table", text, name=node.name[:80], nearest="-")


@functools.cache
def _writes() -> tuple[type, ...]:
    from sqlglot import exp

    names = (
        "Insert Update Delete Merge Create Drop Alter Copy Command Attach Detach Set Pragma Use Into LoadData "
        "TruncateTable Transaction Commit Rollback Kill Analyze Cache Uncache Export Install Grant Revoke Comment "
        "Execute Refresh"
    )
    return tuple(getattr(exp, name) for name in names.split() if name in vars(exp))
