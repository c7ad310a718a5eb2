"""Spellings of one stored value that differ only in case, spaces and accents ('Dog', 'dog', 'Ana Ruiz', 'ana ruiz ')
are read as one: in what statements group, show, compare and join.

The lists of values in the catalog tell which spellings there are; longer columns stay as they are, and so do codes and
what a key tells apart. The stored data are never changed: the statement says itself what it reads as what. Names of
persons spelt otherwise are not guessed.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from core.i18n import translate
from core.records import Catalog

if TYPE_CHECKING:
    from sqlglot import exp

CASES_MAX = 40  # other spellings of a column that a statement can say one by one
_TOLD = 3
_TILDE = "\u0303"  # 'Peña' is no 'Pena'
Column = tuple[str, str]


def fold_spelling(text: str) -> str:
    """What the spellings of one value share."""
    letters = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(c for c in letters if c == _TILDE or not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", plain).split())


class Spellings:
    """For each text column of a catalog the spellings that stand for another: stored -> how it is shown.

    A value is shown as the table that a column refers to spells it, else in its commonest spelling. Built once for a
    catalog."""

    def __init__(self, catalog: Catalog) -> None:
        values = {(t.name, c.name): c.values for t in catalog.tables for c in t.columns if c.values}
        parents = {
            (key.table, key.columns[0]): (key.ref_table, key.ref_columns[0])
            for key in catalog.foreign_keys
            if len(key.columns) == 1
        }
        apart = _told_apart(catalog, set(parents.values()))
        self.others: dict[Column, dict[str, str]] = {}
        for column, stored in values.items():
            stored = [value for value in stored if fold_spelling(value) not in apart and not _is_code(value)]
            shown = {fold_spelling(value): value for value in reversed(values.get(parents.get(column), ()))}
            own: dict[str, str] = {}
            for value in stored:  # the commonest first
                own.setdefault(fold_spelling(value), value)
            shown = {**own, **{folded: value for folded, value in shown.items() if folded in own}}
            others = {value: shown[fold_spelling(value)] for value in stored if shown[fold_spelling(value)] != value}
            if 0 < len(others) <= CASES_MAX:
                self.others[column] = others

    def of(self, column: Column, shown: str) -> list[str]:
        """All stored spellings of a value, the one that is shown first."""
        others = self.others.get(column, {})
        shown = others.get(shown, shown)
        return [shown, *(value for value, meant in others.items() if meant == shown)]

    def merge(self, sql: str) -> str:
        """`sql` with every spelling of a value read as one; unchanged where its columns have but one of each."""
        names = {name for _, name in self.others}
        if not any(f'"{name}"'.replace('""', '"') in sql.replace('""', '"') for name in names):
            return sql
        import sqlglot
        from sqlglot import exp

        tree = sqlglot.parse_one(sql, read="duckdb")
        columns = [(node, column) for node in tree.find_all(exp.Column) if (column := _stored(node)) in self.others]
        if not columns:
            return sql
        for part in {id(p): p for node, _ in columns if (p := _projection(node)) is not None}.values():
            part.replace(exp.alias_(part.copy(), part.alias_or_name or part.sql(dialect="duckdb"), quoted=True))
        for node in list(tree.find_all(exp.Column)):
            column = _stored(node)
            if column in self.others:
                self._read_as_one(node, column)
        return tree.sql(dialect="duckdb")

    def _read_as_one(self, node: exp.Column, column: Column) -> None:
        from sqlglot import exp

        above = node.parent
        if isinstance(above, (exp.EQ, exp.NEQ)) and isinstance(above.expression, exp.Literal):
            found = self.of(column, above.expression.name)
            if len(found) > 1:
                kept = exp.In(this=node.copy(), expressions=[exp.Literal.string(value) for value in found])
                above.replace(exp.Not(this=kept) if isinstance(above, exp.NEQ) else kept)
        elif isinstance(above, exp.In) and above.this is node and above.expressions:
            texts = [spelt for e in above.expressions for spelt in self.of(column, e.name)]
            above.set("expressions", [exp.Literal.string(value) for value in dict.fromkeys(texts)])
        elif not isinstance(above, (exp.ILike, exp.Is, exp.Case)):
            case = exp.Case(this=node.copy(), default=node.copy())
            for value, shown in self.others[column].items():
                case = case.when(exp.Literal.string(value), exp.Literal.string(shown))
            node.replace(case)

    def tell(self, sql: str, lang: str) -> str:
        """One sentence on the spellings that a statement reads as one; '' where there are none."""
        groups: dict[str, list[str]] = defaultdict(list)
        for others in self.others.values():
            for value, shown in others.items():
                if all("'" + text.replace("'", "''") + "'" in sql for text in (value, shown)):
                    groups[shown].append(value)
        if not groups:
            return ""
        said = [f"“{shown}” = {', '.join(f'“{value}”' for value in dict.fromkeys(groups[shown]))}"
                for shown in list(groups)[:_TOLD]]  # fmt: skip
        return translate("sql.ask.spellings", lang, spellings="; ".join(said))


def _told_apart(catalog: Catalog, parents: set[Column]) -> set[str]:
    """What a key holds in two spellings, each for a thing of its own."""
    apart: set[str] = set()
    for table in catalog.tables:
        for column in table.columns:
            if table.primary_key == (column.name,) or (table.name, column.name) in parents:
                counted = Counter(map(fold_spelling, column.values))
                apart |= {folded for folded, n in counted.items() if n > 1}
    return apart


def _is_code(value: str) -> bool:
    """'a-1' may well be another thing than 'A-1'."""
    return any(c.isdigit() for c in value) and len(value.split()) == 1


def _stored(node: exp.Column) -> Column | None:
    """The stored (table, column) that a column node names, by the SELECT around it alone; None for computed ones."""
    from sqlglot import exp

    select = node.find_ancestor(exp.Select)
    if select is None:
        return None
    clauses = [select.args.get("from_"), *(select.args.get("joins") or ())]
    sources = [clause.this for clause in clauses if clause is not None and isinstance(clause.this, exp.Table)]
    if node.table:
        sources = [source for source in sources if source.alias_or_name == node.table]
    return (sources[0].name, node.name) if len(sources) == 1 else None


def _projection(node: exp.Column) -> exp.Expression | None:
    """The unnamed part of a SELECT list that holds a column: it needs its name once the column is written otherwise."""
    from sqlglot import exp

    part: exp.Expression = node
    while part.parent is not None and not isinstance(part.parent, exp.Select):
        part = part.parent
    shown = isinstance(part.parent, exp.Select) and any(part is e for e in part.parent.expressions)
    return part if shown and not isinstance(part, exp.Alias) else None
