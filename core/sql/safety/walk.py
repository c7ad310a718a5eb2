"""The tree of a statement, judged node by node: each must be of `allowed/duckdb-<version>.json` with that node's fields
and no other, every table one of the catalog's (unqualified) or a CTE in scope, every function on the list.

What is admitted on the way is noted: tables, conditions, joins, aggregates.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any

from core.sql.safety.allow_list import allowed
from core.sql.safety.parse import code_point, fold, refuse

_NOWHERE = 2**64 - 1
AGGREGATES = frozenset(
    "any_value approx_count_distinct approx_quantile arbitrary arg_max arg_min argmax argmin array_agg avg bool_and "
    "bool_or corr count count_if count_star countif covar_pop covar_samp entropy favg first fsum geomean "
    "geometric_mean group_concat histogram kurtosis last list listagg mad max max_by mean median min min_by mode "
    "product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope "
    "reservoir_quantile sem skewness stddev stddev_pop stddev_samp string_agg sum sumkahan var_pop var_samp variance "
    "weighted_avg".split()
)


@dataclass
class Walk:
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
        return 0 if location == _NOWHERE else code_point(self.text, location)

    def _find(self, name: str) -> int:
        return max(0, fold(self.text).find(fold(name)))
