"""The cork supply contract (PDF, Spanish): numbered clauses over several pages."""

from __future__ import annotations

from pathlib import Path

from .layout import Heading, Report, gap, grid, p

CLAUSES = [
    (
        "Objeto",
        [
            "El PROVEEDOR venderá al COMPRADOR, y este comprará, corcho de reproducción en plancha procedente de las fincas relacionadas en el Anexo I, en las condiciones de este contrato.",
            "Quedan fuera del contrato el bornizo, los pedazos y el corcho quemado, que podrán ofrecerse por separado.",
        ],
    ),
    (
        "Duración",
        [
            "El contrato entra en vigor el 1 de junio de 2025 y vence el 31 de mayo de 2028.",
            "Se prorrogará por periodos de un año, salvo que una de las partes comunique lo contrario por escrito con una antelación mínima de noventa días.",
        ],
    ),
    (
        "Cantidades",
        [
            "La cantidad mínima será de 6.000 quintales castellanos por campaña. El COMPRADOR podrá pedir hasta un 20 % más si lo comunica antes del 30 de abril de cada año.",
            "Si por sequía, plaga o incendio la cosecha certificada fuera inferior al mínimo, el PROVEEDOR entregará la que haya y la diferencia no se considerará incumplimiento.",
        ],
    ),
    (
        "Calidad",
        [
            "El corcho tendrá un calibre de entre 27 y 40 milímetros y una humedad no superior al 14 % en el momento de la pesada.",
            "Al menos el 80 % de cada partida deberá contar con certificación de gestión forestal sostenible.",
            "El COMPRADOR dispondrá de quince días naturales desde la recepción para reclamar por defectos visibles, y de noventa días por mancha amarilla.",
        ],
    ),
    (
        "Precio",
        [
            "El precio base es de 126,50 euros por quintal castellano, sin IVA, puesto en la planta de Valdehornos de la Sierra.",
            "El precio se revisará cada 1 de junio según la variación del índice de la lonja de Mérida de los doce meses anteriores, con un límite del 6 % al alza o a la baja.",
            "Las partidas con más de un 14 % de humedad se pesarán con un descuento de un 1,5 % por cada punto de exceso.",
        ],
    ),
    (
        "Entregas",
        [
            "Las entregas se harán entre el 15 de junio y el 30 de septiembre de cada año, con un preaviso de 48 horas.",
            "El riesgo se transmite al COMPRADOR cuando el corcho se descarga y se pesa en su báscula, que estará verificada por un organismo autorizado.",
        ],
    ),
    (
        "Pago",
        [
            "El COMPRADOR pagará el 30 % del importe estimado de la campaña el 15 de junio, como anticipo, y el resto a los 45 días de cada factura.",
            "El retraso en el pago devengará un interés igual al tipo legal del dinero más tres puntos.",
        ],
    ),
    (
        "Penalizaciones",
        [
            "Por cada semana completa de retraso imputable al PROVEEDOR se descontará un 2 % del importe de la partida, con un máximo del 10 %.",
            "Si el COMPRADOR no retirase la cantidad mínima, abonará el 25 % del precio de los quintales no retirados.",
        ],
    ),
    (
        "Buenas prácticas en el monte",
        [
            "La saca se hará con sacadores formados, sin dañar la capa madre, y no se descorchará ningún árbol antes de nueve años desde la saca anterior.",
            "El PROVEEDOR marcará en blanco el último número del año en cada árbol descorchado.",
            "El COMPRADOR podrá visitar las fincas durante la saca, con un aviso de dos días.",
        ],
    ),
    (
        "Seguros",
        ["Cada parte mantendrá un seguro de responsabilidad civil con una cobertura mínima de 600.000 euros por siniestro."],
    ),
    (
        "Confidencialidad",
        ["Los precios y las cantidades son confidenciales durante la vigencia del contrato y los dos años siguientes a su terminación."],
    ),
    (
        "Resolución",
        [
            "Cualquiera de las partes podrá resolver el contrato si la otra incumple una obligación esencial y no la subsana en treinta días desde el requerimiento.",
            "El COMPRADOR podrá resolverlo de inmediato si el PROVEEDOR pierde la certificación forestal y no la recupera en seis meses.",
        ],
    ),
    (
        "Fuerza mayor",
        ["Ninguna parte responderá del incumplimiento debido a fuerza mayor si la comunica en los cinco días siguientes. Si dura más de ciento veinte días, cualquiera podrá resolver."],
    ),
    (
        "Ley y jurisdicción",
        ["El contrato se rige por la ley española. Las partes se someten a los juzgados y tribunales de Badajoz, previo intento de mediación de treinta días."],
    ),
]


def write_contract(path: Path) -> None:
    story = [
        Heading("Contrato de suministro de corcho"),
        p("Contrato n.º CS-2025/014", "lead"),
        p("En Valdehornos de la Sierra (Badajoz), a 12 de mayo de 2025."),
        p("Reunidos", "h2"),
        p(
            "De una parte, <b>Alborcal Corcho, S.A.</b>, con domicilio en el camino de la Dehesa Nueva, 4, de Valdehornos de la Sierra, representada por doña Rosa Ferreira Campos, "
            "directora de compras de corcho (en adelante, el COMPRADOR)."
        ),
        p(
            "De otra, <b>Fincas Reunidas de Monfragüe, S.L.</b>, con domicilio en la calle de los Canchos, 17, de Torrejón de la Jara (Cáceres), representada por don Basilio Cordero Mateos, "
            "administrador único (en adelante, el PROVEEDOR)."
        ),
        p("Ambas partes se reconocen capacidad suficiente y acuerdan las siguientes"),
        p("Cláusulas", "h2"),
    ]
    for number, (title, items) in enumerate(CLAUSES, start=1):
        story.append(p(f"{number}. {title}", "h2"))
        story += [p(f"{number}.{index}. {text}", "clause") for index, text in enumerate(items, start=1)]
    story += [
        gap(4),
        p("Y en prueba de conformidad, firman el contrato por duplicado en el lugar y la fecha indicados."),
        gap(10),
        grid([["Por el COMPRADOR", "Por el PROVEEDOR"], ["Rosa Ferreira Campos", "Basilio Cordero Mateos"], ["Directora de compras de corcho", "Administrador único"]], (1, 1), left=2),
        gap(14),
        Heading("Anexo I. Fincas y previsión de saca"),
        p("Previsión de quintales por finca y campaña, sin valor de compromiso individual.", "caption"),
        grid(
            [
                ["Finca", "Término municipal", "Hectáreas", "2025", "2026", "2027"],
                ["Los Gamonales", "Torrejón de la Jara", "840", "2.600", "1.900", "2.100"],
                ["Cuarto del Abad", "Serradilla del Llano", "610", "1.450", "2.300", "1.700"],
                ["La Umbría Alta", "Malpartida de la Sierra", "1.120", "1.900", "1.600", "2.400"],
                ["Valdecañas Chico", "Almaraz del Monte", "385", "550", "700", "450"],
                ["Total", "", "2.955", "6.500", "6.500", "6.650"],
            ],
            (30, 36, 18, 16, 16, 16),
            total=True,
            left=2,
        ),
        gap(4),
        p("Documento ficticio preparado como ejemplo: ni las empresas ni las fincas existen.", "source"),
    ]
    Report(path, "Contrato de suministro de corcho CS-2025/014", "Contrato CS-2025/014 - Confidencial", "Página", "es").write(story)
