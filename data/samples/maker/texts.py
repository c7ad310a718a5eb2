"""The plain-text files: the catalogue (HTML, Spanish), the support FAQ (Markdown, English) and an e-mail (EML, Spanish)."""

from __future__ import annotations

from datetime import date
from email import policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

from .figures import Figures, es

TECH = {  # what a data sheet says: size, property
    "P-101": ("1.000 × 500 × 40 mm", "λ = 0,040 W/m·K"),
    "P-102": ("1.000 × 500 × 80 mm", "λ = 0,040 W/m·K"),
    "P-201": ("600 × 600 × 25 mm", "αw = 0,65"),
    "P-202": ("600 × 600 × 45 mm", "αw = 0,80"),
    "P-301": ("900 × 300 × 6 mm", "Uso residencial, clase 23"),
    "P-302": ("1.220 × 185 × 10,5 mm", "Uso comercial, clase 32"),
    "P-401": ("Saco de 250 litros", "Densidad 70 kg/m³"),
    "P-402": ("Cubo de 15 kg", "Rendimiento 8 m² por cubo"),
    "P-501": ("45 × 24 mm", "A extinguir el 31/12/2026"),
    "P-502": ("44 × 23,5 mm", "Guarda de hasta 18 meses"),
    "P-601": ("Rollo de 10 m² × 5 mm", "ΔLw = 19 dB"),
    "P-602": ("Caja de 20 unidades de 1 m", "Movimiento de hasta 30 %"),
}

STYLE = """
body { font-family: Georgia, serif; color: #23272a; max-width: 62rem; margin: 2rem auto; line-height: 1.5; padding: 0 1rem; }
h1, h2 { color: #2f4a3a; font-family: Helvetica, Arial, sans-serif; }
h2 { border-bottom: 2px solid #b5793d; padding-bottom: .2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th { background: #2f4a3a; color: #fff; text-align: left; }
th, td { padding: .35rem .6rem; }
tr:nth-child(even) td { background: #f4eee4; }
th:first-child, td:first-child { white-space: nowrap; }
th:last-child { text-align: right; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { color: #71787d; font-size: .85rem; margin-top: 3rem; }
"""


def _catalogue_table(f: Figures) -> str:
    rows = []
    for row in f.tables["catalogo"]:
        size, note = TECH[row["Id producto"]]
        rows.append(
            f"<tr><td>{row['Id producto']}</td><td>{row['Producto']}</td><td>{row['Familia']}</td><td>{size}</td><td>{note}</td>"
            f'<td class="n">{es(row["Precio tarifa 2026 (€)"], 2)} € / {row["Unidad"]}</td></tr>'
        )
    return "\n".join(rows)


def write_catalogue(path: Path, f: Figures) -> None:
    page = f"""<!DOCTYPE html>
<html lang="es">
<head>
<meta charset="utf-8">
<title>Catálogo y condiciones de venta 2026 - Alborcal Corcho</title>
<style>{STYLE}</style>
</head>
<body>
<h1>Catálogo y condiciones de venta 2026</h1>
<p>Tarifa en vigor desde el 1 de enero de 2026. Precios en euros, sin IVA, para entregas en la Península.</p>

<h2>Productos y tarifa</h2>
<table>
<thead><tr><th>Ref.</th><th>Producto</th><th>Familia</th><th>Formato</th><th>Característica</th><th>Precio</th></tr></thead>
<tbody>
{_catalogue_table(f)}
</tbody>
</table>

<h2>Descuentos por volumen</h2>
<p>Se aplican al importe anual comprado por cada distribuidor y se liquidan en enero del año siguiente.</p>
<table>
<thead><tr><th>Importe anual</th><th>Descuento</th></tr></thead>
<tbody>
<tr><td>Hasta 50.000 €</td><td class="n">8 %</td></tr>
<tr><td>De 50.001 a 150.000 €</td><td class="n">10 %</td></tr>
<tr><td>De 150.001 a 300.000 €</td><td class="n">12 %</td></tr>
<tr><td>Más de 300.000 €</td><td class="n">15 %</td></tr>
</tbody>
</table>

<h2>Pedido mínimo y portes</h2>
<p>El pedido mínimo es de 250 €. Los portes son gratuitos en la Península a partir de 1.200 €; por debajo de esa cifra se cobran 38 € por pedido.
En Baleares, Canarias y el resto de Europa los portes se presupuestan aparte. Los palés se facturan a 11 € y se abonan si se devuelven en buen estado antes de noventa días.</p>

<h2>Plazos de entrega</h2>
<ul>
<li>Producto en existencias: 5 días laborables en la Península y 8 en el resto de Europa.</li>
<li>Países nórdicos, desde el almacén de Malmö: 72 horas para las referencias de aislamiento, acústica y antivibración.</li>
<li>Fabricación a medida: 4 semanas, con un mínimo de 60 m².</li>
</ul>

<h2>Devoluciones</h2>
<p>Se admiten devoluciones de material sin usar, en su embalaje original, en los 15 días naturales siguientes a la entrega. Se descuenta un 12 % en concepto de manipulación.
No se admiten devoluciones de producto cortado o fabricado a medida.</p>

<h2>Pago</h2>
<p>El primer pedido se paga por anticipado. Los siguientes, a 30 días fecha de factura, o a 60 días con seguro de crédito aceptado. Por pronto pago, antes de 8 días, se descuenta un 1,5 %.</p>

<h2>Garantía</h2>
<ul>
<li>Placas térmicas Ardal: 20 años.</li>
<li>Paneles acústicos Sonora: 10 años.</li>
<li>Suelos Dehesa: 15 años en uso residencial y 5 en uso comercial.</li>
<li>Resto de productos: 3 años.</li>
</ul>
<p>La garantía no cubre los daños por humedad permanente ni los de una colocación distinta de la que indica la ficha técnica.</p>

<footer>{escape("Alborcal Corcho, S.A. - Valdehornos de la Sierra (Badajoz). Documento ficticio preparado como ejemplo.")}</footer>
</body>
</html>
"""
    path.write_text(page, encoding="utf-8")


FAQ = """# Customer support: frequently asked questions

For customers outside Spain. Last updated on 3 June 2024. Write to support@alborcal.example or call +34 900 000 419, Monday to Friday, 8:00 to 18:00 CET.

## Orders

### How do I change an order?
Orders can be changed free of charge until 12:00 on the working day before they leave the warehouse. After that, a change costs €25. Made-to-measure panels cannot be changed once cutting has begun.

### Is there a minimum order?
Yes: €250 before VAT. In the web shop there is no minimum for samples, which cost €6 a box and are credited against your first order.

### How do I become a distributor?
Send us your company registration, two trade references and an estimate of your yearly purchases. The sales team of your region answers within ten working days.

## Delivery

### How long does delivery take?
Five working days in mainland Spain and Portugal, eight in the rest of Europe, and 72 hours from Malmö to Sweden, Denmark and southern Finland for insulation, acoustic and anti-vibration products.

### What if my goods arrive damaged?
Note the damage on the delivery slip, take photographs and report it within 48 hours. We send a replacement within six working days and collect the damaged goods at our expense. Unreported damage cannot be claimed later.

### Can I choose the delivery day?
Yes, for orders above €2,000. Delivery with a tail lift costs €45, and delivery to a building site by crane truck is quoted for each case.

## Returns

### Can I return goods that I do not need?
Unused goods in their original packaging can be returned within 30 days of delivery. A handling fee of 12% is deducted. Goods that were cut or made to measure cannot be returned.

## Product questions

### Can cork insulation get wet?
Expanded cork does not rot and keeps its insulating power after a wetting, but it must be allowed to dry before it is rendered: 48 hours in summer and 96 hours in winter.

### How do I fix Sonora panels?
Use the contact adhesive Alborcal F3 or the aluminium rail. On ceilings only the rail is allowed. Let the panels rest in the room for 24 hours before fixing them.

### Do Dehesa floors work with underfloor heating?
Dehesa Flotante does, up to a surface temperature of 27 °C. Dehesa Natural does not.

### What is the reaction to fire?
Ardal boards are class E, Sonora panels class C-s2, d0, and Sonora panels with the optional treatment class B-s1, d0.

## Invoices and payment

### My invoice is wrong. What should I do?
Open a ticket in the category "Invoice error" with the invoice number. We correct it within three working days; the payment term then starts again.

### Which payment terms apply?
The first order is paid in advance. After that the term is 30 days, or 60 days with accepted credit insurance.

## How we answer

| Priority | First answer | Examples |
| --- | --- | --- |
| Urgent | 4 working hours | A building site is stopped |
| High | 8 working hours | Damaged goods |
| Normal | 2 working days | Technical question |
| Low | 4 working days | Request for a catalogue |

When a ticket is closed you receive a short survey. One is the worst mark and five the best.
"""


def write_faq(path: Path) -> None:
    path.write_text(FAQ, encoding="utf-8")


def write_email(path: Path, f: Figures) -> None:
    """About an order of the table: the last one with acoustic panels that Nordkork placed before the hailstorm."""
    order = max(
        (row for row in f.lines(2025, (6,), País="Suecia") if f.value(row, "Cliente") == "Nordkork Distribution" and row["Fecha"] < date(2025, 6, 14) and row["Producto"].startswith("Panel acústico")),
        key=lambda row: (row["Fecha"], row["Importe (€)"]),
    )
    lines = [row for row in f.tables["ventas"] if row["Pedido"] == order["Pedido"]]
    units = {row["Id producto"]: row["Unidad"] for row in f.tables["catalogo"]}
    items = "\n".join(f"- {row['Producto']}: {es(row['Cantidad'])} {units[row['Id producto']].replace('rollo', 'rollos')}" for row in lines)
    total = sum(row["Importe (€)"] for row in lines)
    message = EmailMessage(policy=policy.default.clone(max_line_length=200))
    message["From"] = "Nuria Calderón <nuria.calderon@alborcal.example>"
    message["To"] = "Sven Åkerblom <sven.akerblom@nordkork.example>"
    message["Cc"] = "Maren Lindqvist <maren.lindqvist@alborcal.example>"
    message["Date"] = "Fri, 04 Jul 2025 11:52:00 +0200"
    message["Message-ID"] = "<20250704.1152.4417@alborcal.example>"
    message["Subject"] = f"Retraso en el pedido {order['Pedido']}: nueva fecha de entrega"
    message.set_content(
        f"""Estimado Sven:

Te escribo por el pedido {order["Pedido"]}, del {order["Fecha"].day} de junio, por un importe de {es(total, 2)} €:

{items}

Como sabes, la granizada del 14 de junio dañó la cubierta de nuestro almacén de Mérida y parte de los paneles que teníamos reservados para vosotros. Los hemos vuelto a fabricar, pero el pedido no podrá salir el 7 de julio, como te habíamos confirmado.

La nueva fecha de salida es el miércoles 16 de julio, con entrega en Estocolmo el lunes 21 de julio. El transporte lo hará Fraktlinjen Öresund con el albarán FO-88213, y el seguimiento estará disponible desde la víspera.

Por las molestias os descontaremos un 5 % en la próxima factura y no cobraremos los portes. Si necesitáis antes una parte, podemos enviaros 60 m² desde Malmö el martes 8 de julio; dímelo, por favor, antes del lunes a las 12:00.

Un saludo cordial,

Nuria Calderón
Atención al cliente, Alborcal Corcho, S.A.
+34 900 000 419
""",
        cte="8bit",
    )
    path.write_bytes(message.as_bytes())
