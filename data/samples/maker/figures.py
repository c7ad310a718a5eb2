"""Every figure that a document states, computed from the rows of the tables, and how figures are written.

It reads no file: tests recompute the same figures from the checked-in tables.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date


def es(value: float, decimals: int = 0) -> str:
    """1234567.8 -> 1.234.568"""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def en(value: float, decimals: int = 0) -> str:
    return f"{value:,.{decimals}f}"


def es_pct(value: float, decimals: int = 1, sign: bool = False) -> str:
    """0.1234 -> 12,3 %"""
    return f"{value * 100:{'+' if sign else ''}.{decimals}f}".replace(".", ",") + " %"


def en_pct(value: float, decimals: int = 1, sign: bool = False) -> str:
    return f"{value * 100:{'+' if sign else ''}.{decimals}f}%"


class Figures:
    """Sums over the tables. `where` filters by column, e.g. sales(2025, Región="Nórdicos")."""

    def __init__(self, tables: dict[str, list[dict]]):
        self.tables = tables
        self.family = {row["Id producto"]: row["Familia"] for row in tables["catalogo"]}
        self.customer = {row["Id cliente"]: row for row in tables["clientes"]}

    def lines(self, year=None, months=None, **where):
        for row in self.tables["ventas"]:
            day = row["Fecha"]
            if year and day.year != year or months and day.month not in months:
                continue
            if all(self.value(row, key) == wanted for key, wanted in where.items()):
                yield row

    def value(self, row: dict, key: str):
        if key == "Familia":
            return self.family[row["Id producto"]]
        if key in ("Cliente", "Sector"):
            return self.customer[row["Id cliente"]][key]
        return row[key]

    def sales(self, year=None, months=None, **where) -> float:
        return sum(row["Importe (€)"] for row in self.lines(year, months, **where))

    def margin(self, year, months=None, **where) -> float:
        return sum(row["Importe (€)"] - row["Coste (€)"] for row in self.lines(year, months, **where))

    def by(self, key: str, year=None, months=None) -> dict[str, float]:
        """Sales of each value of a column, largest first."""
        totals: dict[str, float] = defaultdict(float)
        for row in self.lines(year, months):
            totals[self.value(row, key)] += row["Importe (€)"]
        return dict(sorted(totals.items(), key=lambda item: -item[1]))

    def growth(self, year: int, months=None, **where) -> float:
        return self.sales(year, months, **where) / self.sales(year - 1, months, **where) - 1

    def share(self, year: int, months=None, **where) -> float:
        return self.sales(year, months, **where) / self.sales(year, months)

    def monthly(self, year: int) -> list[float]:
        return [self.sales(year, (month,)) for month in range(1, 13)]

    def quantity(self, year: int, code: str) -> int:
        return sum(row["Cantidad"] for row in self.lines(year, **{"Id producto": code}))

    def active(self, year: int) -> int:
        """Customers with at least one line in the year."""
        return len({row["Id cliente"] for row in self.lines(year)})

    def lost(self, year: int) -> list[dict]:
        rows = [row for row in self.tables["clientes"] if row["Fecha de baja"] and row["Fecha de baja"].year == year]
        return sorted(rows, key=lambda row: row["Fecha de baja"])

    def spend(self, column: str, year: int, months=None, area: str | None = None) -> int:
        return sum(
            row[column]
            for row in self.tables["presupuesto"]
            if row["Mes"].year == year and (not months or row["Mes"].month in months) and (not area or row["Área"] == area)
        )

    def ebitda(self, year: int, months=None) -> float:
        return self.margin(year, months) - self.spend("Real (€)", year, months)

    def credit_notes(self, year: int, months=None) -> float:
        return sum(row["Importe (€)"] for row in self.lines(year, months) if row["Pedido"].startswith("AB-"))

    def tickets(self, year: int, months=None, category: str | None = None) -> list[dict]:
        return [
            row
            for row in self.tables["support_tickets"]
            if row["opened_at"].year == year and (not months or row["opened_at"].month in months) and category in (None, row["category"])
        ]

    def satisfaction(self, year: int, months=None) -> float:
        scores = [row["satisfaction"] for row in self.tickets(year, months) if row["satisfaction"] is not None]
        return sum(scores) / len(scores)

    def first_response(self, year: int, months=None) -> float:
        hours = [row["first_response_hours"] for row in self.tickets(year, months)]
        return sum(hours) / len(hours)

    def indicator(self, column: str, year: int, month: int) -> float:
        return next(row[column] for row in self.tables["indicadores_mensuales"] if row["Mes"] == date(year, month, 1))

    def energy(self, year: int) -> float:
        return sum(row["Consumo eléctrico (MWh)"] for row in self.tables["indicadores_mensuales"] if row["Mes"].year == year)

    def accidents(self, year: int) -> int:
        return sum(row["Accidentes con baja"] for row in self.tables["indicadores_mensuales"] if row["Mes"].year == year)
