"""Generates the rows of every table from a fixed seed.

The numbers in the documents are computed from these rows (figures.py), never the other way round. It writes no
file.
"""

from __future__ import annotations

import random
from calendar import monthrange
from datetime import date, datetime, timedelta

from . import company as c

SEED = 20251231


def customer_rows(rng: random.Random) -> list[dict]:
    rows = []
    for number, (name, sector, country, region, city) in enumerate(c.CUSTOMERS, start=1):
        left, why = c.CHURN.get(name, ("", ""))
        joined = date(rng.randint(2004, 2021), rng.randint(1, 12), rng.randint(1, 28))
        rows.append(
            {
                "Id cliente": f"C-{1000 + number}",
                "Cliente": name,
                "Sector": sector,
                "País": country,
                "Región": region,
                "Ciudad": city,
                "Fecha de alta": joined,
                "Empleados": None if rng.random() < 0.12 else rng.choice((6, 9, 14, 18, 25, 32, 45, 60, 85, 120, 210)),
                "Límite de crédito (€)": rng.choice((15000, 25000, 40000, 60000, 90000)),
                "Estado": "Baja" if left else "Activo",
                "Fecha de baja": date.fromisoformat(left) if left else None,
                "Motivo de baja": why or None,
            }
        )
    return rows


def _pick_products(rng: random.Random, sector: str, year: int, count: int) -> list[tuple]:
    taste = c.SECTOR_TASTE[sector]
    weights = [taste.get(p[2], 0) * p[8] ** ((year - 2023) / 2) for p in c.PRODUCTS]
    chosen: list[tuple] = []
    for product in rng.choices(c.PRODUCTS, weights, k=count * 3):
        if product not in chosen and len(chosen) < count:
            chosen.append(product)
    return sorted(chosen)


def _channel(rng: random.Random, sector: str, year: int) -> str:
    web = 0.05 + 0.05 * (year - 2023)
    if rng.random() < web:
        return "Web"
    return "Distribuidor" if sector == c.TRADE else "Directo"


def _line(rng, order, number, day, customer, channel, product, quantity) -> dict:
    price = round(product[4] * 1.03 ** (day.year - 2023), 2)
    base = {"Distribuidor": (8, 10, 12, 15), "Directo": (0, 0, 3, 5, 8), "Web": (0, 0, 0, 5)}[channel]
    discount = None if rng.random() < 0.015 else rng.choice(base)
    return {
        "Pedido": order,
        "Línea": number,
        "Fecha": day,
        "Id cliente": customer["Id cliente"],
        "Región": customer["Región"],
        "País": customer["País"],
        "Canal": channel,
        "Id producto": product[0],
        "Producto": product[1],
        "Cantidad": quantity,
        "Precio (€)": price,
        "Descuento (%)": discount,
        "Importe (€)": round(quantity * price * (1 - (discount or 0) / 100), 2),
        "Coste (€)": round(quantity * product[4] * product[5] * 1.035 ** (day.year - 2023), 2),
        "Comercial": None if rng.random() < 0.012 else c.SALESPEOPLE[customer["Región"]],
    }


def _order_lines(rng, order, day, customer) -> list[dict]:
    sector, year = customer["Sector"], day.year
    products = _pick_products(rng, sector, year, 1 if sector == c.WINE else rng.choice((2, 2, 3, 3, 4)))
    channel = _channel(rng, sector, year)
    size = c.LARGE.get(customer["Cliente"], 1.0) ** 0.5
    lines = []
    for number, product in enumerate(products, start=1):
        low, high = product[6]
        drift = product[8] ** (((day - date(2023, 1, 1)).days / 365.25) * 0.9)
        quantity = max(1, round(rng.uniform(low, high) * drift * size))
        lines.append(_line(rng, order, number, day, customer, channel, product, quantity))
    return lines


def _orders_of_month(rng, customer, year, month) -> int:
    season = (c.WINE_SEASON if customer["Sector"] == c.WINE else c.BUILD_SEASON)[month - 1]
    growth = c.REGION_GROWTH[customer["Región"]]
    # Growth comes month by month, not in steps at New Year.
    position = year - 2023 + (month - 6.5) / 12
    low = max(0, min(2, int(position // 1)))
    high = min(2, low + 1)
    level = growth[low] + (growth[high] - growth[low]) * max(0.0, min(1.0, position - low))
    mean = 0.88 * season * level * c.LARGE.get(customer["Cliente"], 1.0)
    return int(mean) + (rng.random() < mean - int(mean))


def sales_rows(rng: random.Random, customers: list[dict]) -> list[dict]:
    drafts = []
    for year in (2023, 2024, 2025):
        for month in range(1, 13):
            last = monthrange(year, month)[1]
            for customer in customers:
                left = customer["Fecha de baja"]
                for _ in range(_orders_of_month(rng, customer, year, month)):
                    day = date(year, month, rng.randint(1, last))
                    day -= timedelta(days=max(0, day.weekday() - 4))  # nobody orders at the weekend
                    if day.month != month:
                        day += timedelta(days=4)
                    if left is None or day <= left:
                        drafts.append((day, customer))
    drafts.sort(key=lambda item: (item[0], item[1]["Id cliente"]))
    rows, counters = [], dict.fromkeys((2023, 2024, 2025), 0)
    for day, customer in drafts:
        counters[day.year] += 1
        rows += _order_lines(rng, f"PV-{day.year}-{counters[day.year]:04d}", day, customer)
    rows += _credit_notes(rng, rows)
    rows.sort(key=lambda row: (row["Fecha"], row["Pedido"], row["Línea"]))
    return rows


def _credit_notes(rng: random.Random, rows: list[dict]) -> list[dict]:
    """Some lines come back: a negative quantity under its own number. December 2025 has the largest ones."""
    notes, counters = [], {}
    picked = rng.sample([row for row in rows if row["Fecha"] < date(2025, 10, 15)], 36)
    autumn = [row for row in rows if date(2025, 10, 1) <= row["Fecha"] < date(2025, 11, 25) and row["Importe (€)"] > 4000]
    for row, late in [(r, False) for r in sorted(picked, key=lambda r: r["Fecha"])] + [
        (r, True) for r in sorted(rng.sample(autumn, 14), key=lambda r: r["Fecha"])
    ]:
        day = date(2025, 12, rng.randint(1, 19)) if late else row["Fecha"] + timedelta(days=rng.randint(12, 45))
        share = 1.0 if late else rng.choice((0.25, 0.5, 1.0))
        quantity = max(1, round(row["Cantidad"] * share))
        counters[day.year] = counters.get(day.year, 0) + 1
        notes.append(
            row
            | {
                "Pedido": f"AB-{day.year}-{counters[day.year]:03d}",
                "Línea": 1,
                "Fecha": day,
                "Cantidad": -quantity,
                "Importe (€)": -round(quantity * row["Precio (€)"] * (1 - (row["Descuento (%)"] or 0) / 100), 2),
                "Coste (€)": -round(row["Coste (€)"] * quantity / row["Cantidad"], 2),
            }
        )
    return notes


def ticket_rows(rng: random.Random, customers: list[dict]) -> list[dict]:
    agents = ("Nuria Calderón", "Tomás Beltrán", "Aoife Brennan", "Henrik Solberg")
    kinds = ("Delivery delay", "Damaged goods", "Invoice error", "Technical question", "Product defect", "Order change")
    found = []
    for offset in range(731):
        day = date(2024, 1, 1) + timedelta(days=offset)
        storm = date(2025, 6, 16) <= day <= date(2025, 8, 8)
        if day.weekday() > 4:
            continue
        for _ in range(int(rng.random() * (5.2 if storm else 2.6))):
            pool = [k for k in customers if k["Fecha de baja"] is None or day <= k["Fecha de baja"]]
            weights = [3.5 if k["Fecha de baja"] and (k["Fecha de baja"] - day).days < 120 else 1.0 for k in pool]
            customer = rng.choices(pool, weights)[0]
            kind = rng.choices(kinds, (6.0 if storm else 1.5, 1.2, 1.4, 2.0, 0.7, 1.0))[0]
            found.append((day, customer, kind))
    rows = []
    for number, (day, customer, kind) in enumerate(found, start=1):
        priority = rng.choices(("low", "normal", "high", "urgent"), (2, 5, 2, 0.6))[0]
        opened = datetime(day.year, day.month, day.day, rng.randint(8, 17), rng.choice(range(0, 60, 5)))
        first = round(rng.lognormvariate({"low": 2.4, "normal": 1.9, "high": 1.3, "urgent": 0.5}[priority], 0.55), 1)
        slow = 2.7 if kind == "Delivery delay" and date(2025, 6, 16) <= day <= date(2025, 8, 8) else 1.9
        days = max(1, round(rng.lognormvariate(slow if kind in ("Delivery delay", "Product defect") else 1.1, 0.6)))
        still_open = day + timedelta(days=days) > date(2025, 12, 31)
        score = None if still_open or rng.random() < 0.22 else max(1, min(5, round(4.7 - 0.11 * days - 0.02 * first + rng.gauss(0, 0.6))))
        rows.append(
            {
                "ticket_id": f"T-{number:05d}",
                "opened_at": opened,
                "closed_at": None if still_open else opened + timedelta(days=days, hours=rng.randint(0, 3)),
                "customer_id": customer["Id cliente"],
                "product_id": None if kind in ("Invoice error", "Delivery delay") and rng.random() < 0.5 else _ticket_product(rng, customer),
                "category": kind,
                "priority": priority,
                "agent": rng.choice(agents),
                "first_response_hours": first,
                "satisfaction": score,
                "status": "open" if still_open else "closed",
            }
        )
    return rows


def _ticket_product(rng: random.Random, customer: dict) -> str:
    return _pick_products(rng, customer["Sector"], 2024, 1)[0][0]


def budget_rows(rng: random.Random) -> list[dict]:
    rows = []
    for year in (2024, 2025):
        for month in range(1, 13):
            for area, base in c.AREAS.items():
                season = 0.93 if month == 8 else 1.05 if month in (3, 10) else 1.0
                planned = round(base * season * (1.04 if year == 2025 else 1.0), -2)
                factor = rng.gauss(1.0, 0.022)
                comment = None
                if area == "Logística" and year == 2025 and month in (6, 7, 8):
                    factor = {6: 1.18, 7: 1.41, 8: 1.27}[month]
                    comment = "Granizada de Mérida: almacén externo y portes urgentes"
                if area == "I+D" and year == 2025 and month >= 9:
                    factor -= 0.16
                    comment = "Retraso del banco de ensayos" if month == 9 else None
                rows.append(
                    {"Mes": date(year, month, 1), "Área": area, "Presupuesto (€)": int(planned), "Real (€)": round(planned * factor), "Comentario": comment}
                )
    return rows


def indicator_rows(rng: random.Random) -> list[dict]:
    """Monthly indicators. Cork price and LinkedIn followers both climb: a strong correlation that means nothing."""
    rows = []
    for index in range(36):
        year, month = 2023 + index // 12, index % 12 + 1
        warmth = (8, 10, 13, 16, 20, 26, 29, 29, 24, 18, 12, 9)[month - 1]
        rows.append(
            {
                "Mes": date(year, month, 1),
                "Seguidores en LinkedIn": round(2140 + 118 * index + rng.gauss(0, 70)),
                "Precio del corcho (€/quintal)": round(94.0 + 1.32 * index + rng.gauss(0, 1.6), 2),
                "Consumo eléctrico (MWh)": round(412 * c.BUILD_SEASON[month - 1] ** 0.5 * 0.985 ** (index / 12) + rng.gauss(0, 6), 1),
                "Temperatura media (°C)": round(warmth + rng.gauss(0, 1.1), 1),
                "Plantilla": 58 + index // 5 + (2 if index > 24 else 0),
                "Accidentes con baja": rng.choices((0, 1, 2), (7, 2.5, 0.5))[0],
            }
        )
    return rows


def catalogue_rows() -> list[dict]:
    rows = []
    for code, name, family, unit, price, share, _, launch, _ in c.PRODUCTS:
        rows.append(
            {
                "Id producto": code,
                "Producto": name,
                "Familia": family,
                "Unidad": unit,
                "Precio tarifa 2026 (€)": round(price * 1.03**3, 2),
                "Coste estándar (€)": round(price * share * 1.035**3, 2),
                "Lanzamiento": date.fromisoformat(launch),
                "Situación": "A extinguir" if code == "P-501" else "Activo",
            }
        )
    return rows


def stock_rows(rng: random.Random) -> list[dict]:
    rows = []
    for product in c.PRODUCTS:
        for store in ("Mérida", "Girona", "Malmö"):
            if store == "Malmö" and product[2] in ("Tapones", "Suelos"):
                continue
            reorder = rng.choice((200, 300, 400, 600))
            stock = round(reorder * rng.uniform(0.55, 2.4))
            rows.append({"Id producto": product[0], "Almacén": store, "Existencias": stock, "Punto de pedido": reorder, "Último recuento": date(2025, 12, rng.randint(15, 30))})
    return rows


def make_tables() -> dict[str, list[dict]]:
    """Every table by the name the app gives it. Each has its own generator, so that one may change alone."""
    customers = customer_rows(random.Random(SEED))
    return {
        "clientes": customers,
        "ventas": sales_rows(random.Random(SEED + 1), customers),
        "support_tickets": ticket_rows(random.Random(SEED + 2), customers),
        "presupuesto": budget_rows(random.Random(SEED + 3)),
        "indicadores_mensuales": indicator_rows(random.Random(SEED + 4)),
        "catalogo": catalogue_rows(),
        "existencias": stock_rows(random.Random(SEED + 7)),
    }
