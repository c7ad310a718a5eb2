"""The office files: two policies and the minutes (DOCX) and the sales-strategy deck (PPTX)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor as SlideColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import PP_ALIGN
from pptx.util import Inches
from pptx.util import Pt as SlidePt

from .figures import Figures, en, en_pct, es, es_pct
from .table_files import settle_zip

FOREST, CORK = "2F4A3A", "B5793D"


# ---------------------------------------------------------------- DOCX


def _new(title: str, lang: str) -> Document:
    document = Document()
    document.core_properties.title, document.core_properties.author = title, "Alborcal Corcho, S.A."
    document.core_properties.language = lang
    document.core_properties.created = document.core_properties.modified = datetime(2026, 2, 10, 9)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.4)
    section.top_margin = section.bottom_margin = Cm(2.3)
    section.header.paragraphs[0].text = f"Alborcal Corcho, S.A. - {title}"
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    for level, size, color in ((0, 24, FOREST), (1, 15, FOREST), (2, 12, CORK)):
        style = document.styles["Title" if level == 0 else f"Heading {level}"]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), RGBColor.from_string(color)
        style.element.rPr.rFonts.attrib.pop(qn("w:asciiTheme"), None)
        style.element.rPr.rFonts.attrib.pop(qn("w:hAnsiTheme"), None)
    document.add_heading(title, 0)
    return document


def _write(document: Document, content: list) -> None:
    """A str is a paragraph, '# ' and '## ' head sections, '- ' is a bullet, a list of lists is a table."""
    for item in content:
        if isinstance(item, list):
            table = document.add_table(rows=0, cols=len(item[0]))
            table.style = "Light Grid Accent 3"
            for row in item:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
            document.add_paragraph()
        elif item.startswith("## "):
            document.add_heading(item[3:], 2)
        elif item.startswith("# "):
            document.add_heading(item[2:], 1)
        elif item.startswith("- "):
            document.add_paragraph(item[2:], style="List Bullet")
        else:
            document.add_paragraph(item)


def _save(document: Document, path: Path) -> None:
    document.save(path)
    settle_zip(path)


def write_staff_policy(path: Path) -> None:
    document = _new("Política de permisos, vacaciones y gastos de viaje", "es")
    _write(
        document,
        [
            "Versión 4, aprobada por el Comité de dirección el 10 de marzo de 2025. En vigor desde el 1 de abril de 2025. Sustituye a la versión 3, de 2022. "
            "Responsable: Lucía Santamaría Pozo, directora de personas.",
            "# 1. A quién se aplica",
            "Esta política se aplica a toda la plantilla de Alborcal Corcho, S.A., cualquiera que sea su contrato y su centro de trabajo. Al personal de Malmö se le aplica la ley sueca en lo que le sea "
            "más favorable.",
            "# 2. Vacaciones",
            "Cada persona dispone de 24 días laborables de vacaciones al año. A partir de los diez años de antigüedad se añade un día, y otro más a partir de los veinte.",
            "El personal de planta disfruta al menos quince días durante la parada de agosto. El resto de la plantilla elige sus fechas de acuerdo con su responsable.",
            "Las vacaciones se solicitan en el portal del empleado con un mes de antelación. El responsable contesta en cinco días laborables; si no contesta, se entienden concedidas.",
            "Los días no disfrutados pueden pasarse al año siguiente hasta el 31 de marzo, con un máximo de cinco. No se pagan en metálico, salvo al terminar el contrato.",
            "# 3. Permisos retribuidos",
            [
                ["Motivo", "Duración", "Justificante"],
                ["Matrimonio o pareja de hecho", "15 días naturales", "Certificado de inscripción"],
                ["Hospitalización de un familiar hasta segundo grado", "5 días laborables", "Informe médico"],
                ["Fallecimiento de cónyuge, padres o hijos", "5 días laborables", "Certificado de defunción"],
                ["Mudanza", "1 día; 2 si cambia de provincia", "Certificado de empadronamiento"],
                ["Exámenes oficiales", "El tiempo necesario", "Justificante de asistencia"],
                ["Donación de sangre", "2 horas", "Justificante del centro"],
                ["Asuntos propios", "3 días al año", "No se exige"],
            ],
            "El permiso por nacimiento y cuidado de menor es el que marca la ley. La empresa complementa la prestación hasta el 100 % del salario durante todo el permiso.",
            "# 4. Teletrabajo",
            "Los puestos de oficina pueden teletrabajar hasta dos días por semana, fijados de acuerdo con el responsable. El martes es día de presencia para todos.",
            "La empresa entrega un portátil y una silla, y paga 35 € al mes para compensar los gastos. No se puede teletrabajar desde fuera de la Unión Europea sin autorización escrita de la dirección de personas.",
            "# 5. Bajas por enfermedad",
            "La ausencia se comunica al responsable antes de que pase una hora desde el inicio de la jornada. Desde el primer día de baja la empresa complementa la prestación hasta el 90 % del salario, y "
            "hasta el 100 % si se trata de un accidente de trabajo.",
            "# 6. Viajes de trabajo",
            "## 6.1 Autorización",
            "Todo viaje se autoriza antes de reservar. Los viajes nacionales los autoriza el responsable directo; los internacionales, el director del área; y los de más de 3.000 € por persona, la dirección financiera.",
            "## 6.2 Transporte",
            "Se viaja en tren siempre que el trayecto dure menos de cuatro horas. En avión se vuela en clase turista; en vuelos de más de seis horas se admite la turista superior. El vehículo propio se paga a 0,30 € por kilómetro.",
            "## 6.3 Alojamiento y manutención",
            [
                ["Concepto", "España y Portugal", "Resto de Europa", "Fuera de Europa"],
                ["Hotel, máximo por noche", "95 €", "140 €", "175 €"],
                ["Dieta completa", "53 €", "72 €", "85 €"],
                ["Media dieta", "27 €", "36 €", "42 €"],
                ["Desayuno, si el hotel no lo incluye", "8 €", "12 €", "14 €"],
            ],
            "En Malmö, Copenhague y Helsinki el máximo de hotel es de 165 € por noche.",
            "## 6.4 Liquidación",
            "Los gastos se liquidan en los quince días siguientes al regreso, con la factura o el tique de cada uno. Los gastos sin justificante se admiten hasta 20 € por viaje. La empresa los reembolsa en la nómina del mes siguiente.",
            "El alcohol, las multas y los gastos de acompañantes no se reembolsan. Las invitaciones a clientes de más de 60 € por persona necesitan autorización previa de la dirección comercial.",
            "# 7. Dudas y reclamaciones",
            "Las dudas se envían a personas@alborcal.example. Las reclamaciones las resuelve la comisión paritaria en un plazo de veinte días.",
        ],
    )
    _save(document, path)


def write_security_policy(path: Path) -> None:
    document = _new("Information security policy", "en")
    _write(
        document,
        [
            "Version 2.3, approved on 18 November 2025. Owner: Daniel Okafor, Head of Systems and Security. Next review: November 2026. This policy is written in English because it also applies to our Malmö staff and to contractors.",
            "# 1. Purpose",
            "The policy protects the information of Alborcal, its customers and its suppliers, and keeps the plant running. It applies to employees, temporary staff and contractors who use our systems.",
            "# 2. Passwords and sign-in",
            "Passwords have at least 14 characters and are changed only when there is reason to believe that they are known to others. Reusing a password from outside the company is forbidden.",
            "A second factor is required for e-mail, remote access, the order system and every administrator account. Text messages do not count as a second factor; use the authenticator app or a hardware key.",
            "An account is locked for 30 minutes after eight failed attempts. Accounts that have not been used for 60 days are disabled.",
            "# 3. Classification",
            [
                ["Class", "Examples", "May leave the company?"],
                ["Public", "Catalogue, annual report", "Yes"],
                ["Internal", "Procedures, minutes of team meetings", "With the owner's agreement"],
                ["Confidential", "Prices, contracts, personal data", "Encrypted only, to named people"],
                ["Secret", "Pressing recipes, merger plans", "Never without a decision of the CEO"],
            ],
            "# 4. Devices",
            "Laptops and phones are encrypted and lock after five minutes. Personal phones may receive e-mail only inside the managed work profile. USB sticks are blocked, except those issued by Systems for machine updates.",
            "A lost or stolen device is reported within two hours to the security line, +34 900 000 418, at any time of day.",
            "# 5. The plant network",
            "The machines of Valdehornos are on a network of their own, without access to the internet. Suppliers connect for maintenance through a jump server, for at most eight hours, and a member of Systems watches the session.",
            "# 6. Backups",
            "Servers are backed up every night and kept for 35 days. A weekly copy is stored offline in Girona for twelve months. Systems restores one randomly chosen server every quarter and records how long it took.",
            "The order system must be back within four hours, with a loss of no more than one hour of data. For all other systems the limits are two days and 24 hours.",
            "# 7. Artificial intelligence tools",
            "Confidential and secret information must not be entered into public AI services. Tools that run inside the company may be used with any class except secret. The author of a document remains responsible for every statement in it.",
            "# 8. Incidents",
            "Anyone who notices something odd reports it to security@alborcal.example or by telephone, without trying to investigate. Nobody is punished for an honest mistake that is reported.",
            "Systems classifies an incident within one hour. If personal data are affected, the data protection authority is notified within 72 hours. The Head of Systems informs the Board of every incident of level 1.",
            [
                ["Level", "Meaning", "First answer"],
                ["1", "Production or orders stopped", "15 minutes"],
                ["2", "Important system affected, work goes on", "1 hour"],
                ["3", "Single user or device", "8 working hours"],
            ],
            "# 9. Training and exercises",
            "Everyone completes a 45-minute course in their first month and a refresher each year. Systems sends four simulated phishing messages a year. The last exercise, in October 2025, was reported by 71% of those who received it and clicked by 6%.",
            "A full recovery drill takes place each November.",
            "# 10. Exceptions",
            "Exceptions are granted in writing by the Head of Systems for at most six months and listed in the register that Internal Audit reviews each quarter.",
        ],
    )
    _save(document, path)


def write_minutes(path: Path, f: Figures) -> None:
    nine = tuple(range(1, 10))
    document = _new("Acta de la reunión del Consejo de Administración", "es")
    _write(
        document,
        [
            "Acta n.º 7/2025. Sesión ordinaria celebrada el 27 de noviembre de 2025 en la sede social de Valdehornos de la Sierra, de 10:00 a 13:45 horas.",
            "# Asistentes",
            [
                ["Nombre", "Cargo", "Asistencia"],
                ["Elvira Montalbán Rueda", "Presidenta", "Presencial"],
                ["Gonzalo Trías Pedreño", "Consejero delegado", "Presencial"],
                ["Teresa Albizu Gorostiaga", "Vocal independiente", "Presencial"],
                ["Marcel Vandeputte", "Vocal independiente", "Por videoconferencia"],
                ["Ramón Montalbán Sáez", "Vocal dominical", "Excusa su ausencia"],
                ["Pilar Quesada Ortiz", "Secretaria no consejera", "Presencial"],
            ],
            "Asisten como invitados Beatriz Corrales Nieto, directora financiera, y Maren Lindqvist, directora comercial.",
            "# Orden del día",
            "- 1. Aprobación del acta anterior.",
            "- 2. Marcha del negocio hasta septiembre.",
            "- 3. Continuidad del tapón natural Flor.",
            "- 4. Presupuesto e inversiones de 2026.",
            "- 5. Mapa de riesgos.",
            "- 6. Ruegos y preguntas.",
            "# 1. Aprobación del acta anterior",
            "Se aprueba por unanimidad el acta n.º 6/2025, de 25 de septiembre.",
            "# 2. Marcha del negocio",
            f"La directora financiera presenta las cuentas de los nueve primeros meses: ventas netas de {es(f.sales(2025, nine))} €, un {es_pct(f.growth(2025, nine))} más que en el mismo periodo de "
            f"2024, y un EBITDA de {es(f.ebitda(2025, nine))} €. Informa del cobro, el 3 de octubre, de 212.000 € del seguro por la granizada de Mérida.",
            "La directora comercial señala que el crecimiento se concentra en Suecia y Dinamarca y advierte de la dependencia de Nordkork Distribution. El Consejo pide que, a partir de 2027, ningún cliente supere el 10 % de las ventas.",
            "# 3. Continuidad del tapón natural Flor",
            "El consejero delegado propone cesar la fabricación el 31 de diciembre de 2026. La línea ocupa a cuatro personas, que pasarán a la nueva línea de prensado. El coste estimado del cierre es de 92.000 €.",
            "ACUERDO: se aprueba el cese con cuatro votos a favor y ninguno en contra. La presidenta pide que conste su pesar y que se conserve una máquina en el museo de la villa.",
            "# 4. Presupuesto e inversiones de 2026",
            "Se presenta un presupuesto de gastos de explotación de 2.890.000 € y un plan de inversiones de 1.240.000 €, que incluye 810.000 € de la línea de prensado, 290.000 € de la planta solar y 140.000 € de sistemas.",
            "ACUERDO: se aprueba el presupuesto con tres votos a favor y la abstención de Marcel Vandeputte, que habría preferido aplazar la planta solar a 2027.",
            "ACUERDO: se autoriza al consejero delegado a negociar con Banco Ribera del Guadiana un préstamo de hasta 800.000 € a siete años.",
            "# 5. Mapa de riesgos",
            "Se añade el riesgo de fenómenos meteorológicos extremos. Daniel Okafor presentará en la sesión de febrero el resultado del simulacro de recuperación realizado el 20 de noviembre, en el que el sistema de pedidos se restableció en tres horas y diez minutos.",
            "# 6. Ruegos y preguntas",
            "Teresa Albizu pregunta por el retraso del banco de ensayos acústicos. Se le responde que llegará en febrero de 2026 y que el proveedor pagará una penalización de 18.000 €.",
            "La próxima sesión se convoca para el 27 de febrero de 2026. No habiendo más asuntos, se levanta la sesión.",
            "La secretaria, Pilar Quesada Ortiz. Visto bueno de la presidenta, Elvira Montalbán Rueda.",
        ],
    )
    _save(document, path)


# ---------------------------------------------------------------- PPTX


def _slide(deck, title: str):
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = title
    slide.shapes.title.left, slide.shapes.title.top = Inches(0.6), Inches(0.35)
    slide.shapes.title.width, slide.shapes.title.height = Inches(12.1), Inches(0.9)
    text = slide.shapes.title.text_frame.paragraphs[0]
    text.alignment = PP_ALIGN.LEFT
    text.font.size, text.font.bold, text.font.color.rgb, text.font.name = SlidePt(30), True, SlideColor.from_string(FOREST), "Calibri"
    bar = slide.shapes.add_shape(1, Inches(0.6), Inches(1.22), Inches(1.4), Inches(0.06))
    bar.fill.solid()
    bar.fill.fore_color.rgb = SlideColor.from_string(CORK)
    bar.line.fill.background()
    return slide


def _text(slide, lines: list[str], left=0.6, top=1.6, width=12.0, height=5.0, size=20) -> None:
    frame = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height)).text_frame
    frame.word_wrap = True
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.font.size, paragraph.font.name = SlidePt(size), "Calibri"
        paragraph.space_after = SlidePt(10)


def _table(slide, rows: list[list[str]], top=1.7, width=12.0) -> None:
    shape = slide.shapes.add_table(len(rows), len(rows[0]), Inches(0.6), Inches(top), Inches(width), Inches(0.45 * len(rows)))
    for r, row in enumerate(rows):
        for column, value in enumerate(row):
            cell = shape.table.cell(r, column)
            cell.text = value
            cell.text_frame.paragraphs[0].font.size = SlidePt(15)
            cell.fill.solid()
            cell.fill.fore_color.rgb = SlideColor.from_string(FOREST if r == 0 else "F4EEE4" if r % 2 else "FFFFFF")
            cell.text_frame.paragraphs[0].font.color.rgb = SlideColor.from_string("FFFFFF" if r == 0 else "23272A")


def write_strategy_deck(path: Path, f: Figures) -> None:
    """One figure is out of date on purpose: the Nordic growth was worked out before the December credit notes."""
    early = f.sales(2025, Región="Nórdicos") - sum(row["Importe (€)"] for row in f.lines(2025, (12,), Región="Nórdicos") if row["Pedido"].startswith("AB-"))
    growth = early / f.sales(2024, Región="Nórdicos") - 1
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    deck.core_properties.title, deck.core_properties.author = "Sales strategy 2026", "Maren Lindqvist"
    deck.core_properties.created = deck.core_properties.modified = datetime(2026, 1, 12, 9)
    slide = _slide(deck, "Sales strategy 2026")
    _text(slide, ["Alborcal Corcho, S.A.", "Maren Lindqvist, Sales Director", "Management meeting, Malmö, 13 January 2026", "Figures for 2025 are preliminary"], top=2.2, size=24)
    slide = _slide(deck, "Where we stand")
    _text(
        slide,
        [
            f"• The Nordics grew by {en_pct(growth)} in 2025 (preliminary) and are now our largest region.",
            f"• The web shop sold €{en(f.sales(2025, Canal='Web') / 1e6, 2)}m, {en_pct(f.growth(2025, Canal='Web'))} more than in 2024.",
            "• Stoppers are a shrinking business: natural Flor will be discontinued at the end of 2026.",
            f"• We lost {len(f.lost(2025))} customers: three wineries and two that left after the late deliveries of summer.",
        ],
    )
    slide = _slide(deck, "Three priorities for 2026")
    _table(
        slide,
        [
            ["Priority", "Goal", "Owner", "Budget"],
            ["Schools programme in the Nordics", "60 schools signed by December", "Maren Lindqvist", "€180,000"],
            ["Specifiers in Germany", "40 architects trained, 12 projects", "Jonas Reinfeld", "€95,000"],
            ["Win back wineries with floors and vibration", "12 of the 15 current and former wineries visited", "Rocío Valverde Plaza", "€42,000"],
        ],
    )
    _text(slide, ["Total budget: €317,000, of which half is released after the half-year review on 3 July 2026."], top=4.2)
    slide = _slide(deck, "Nordic schools programme")
    _text(
        slide,
        [
            "• Target: municipalities with more than 20,000 inhabitants that renovate schools under the classroom-noise rule.",
            "• Offer: acoustic survey, Sonora panels and installation by certified partners, at a fixed price per classroom of €3,900.",
            "• Malmö stock for 72-hour delivery; a sales office in Tampere from September.",
            "• Pilot: 14 classrooms in Lund and Borås in autumn 2025 cut reverberation from 1.1 to 0.5 seconds.",
        ],
    )
    slide = _slide(deck, "Net sales of acoustics by year (EUR thousand)")
    data = CategoryChartData()
    data.categories = ["2023", "2024", "2025"]
    data.add_series("Sonora Mate", [round(f.sales(y, Producto="Panel acústico Sonora Mate") / 1000) for y in (2023, 2024, 2025)])
    data.add_series("Sonora Relieve", [round(f.sales(y, Producto="Panel acústico Sonora Relieve") / 1000) for y in (2023, 2024, 2025)])
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(0.6), Inches(1.5), Inches(12), Inches(5.5), data).chart
    chart.has_legend, chart.legend.position, chart.legend.include_in_layout = True, XL_LEGEND_POSITION.BOTTOM, False
    slide = _slide(deck, "Pricing and discounts")
    _text(
        slide,
        [
            "• List prices rise by 3% on average from 1 January 2026.",
            "• Distributors: 8 to 15% by yearly volume. Direct customers: up to 8%. Web shop: up to 5%.",
            "• Any discount above 15% needs the written approval of the Sales Director.",
            "• Sonora Techo launches in April at €64.00 per square metre.",
        ],
    )
    slide = _slide(deck, "Risks and what we will measure")
    _table(
        slide,
        [
            ["Risk", "Signal", "Answer"],
            ["Dependence on Nordkork Distribution", "Share above 9% of sales", "Sign two more Swedish distributors"],
            ["Late deliveries return", "On-time rate below 93%", "Weekly review with Operations"],
            ["Cork price", "Above €145 per quintal", "Reopen the price list in July"],
        ],
    )
    _text(slide, ["We report monthly: orders taken, on-time rate, active customers, average discount."], top=4.2)
    deck.save(path)
    settle_zip(path)
