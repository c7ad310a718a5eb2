"""The invented company: its products, customers, people and places. Data only; nothing is computed here."""

NAME = "Alborcal Corcho, S.A."
SHORT = "Alborcal"
TOWN = "Valdehornos de la Sierra (Badajoz)"

# id, name, family, unit, list price 2023 (EUR), cost share of that price, quantity range of a line, launch, yearly drift
PRODUCTS = [
    ("P-101", "Placa térmica Ardal 40", "Aislamiento térmico", "m²", 14.80, 0.55, (80, 340), "2014-03-03", 1.04),
    ("P-102", "Placa térmica Ardal 80", "Aislamiento térmico", "m²", 27.50, 0.56, (50, 220), "2014-03-03", 1.06),
    ("P-201", "Panel acústico Sonora Mate", "Acústica", "m²", 46.00, 0.47, (30, 120), "2018-09-17", 1.10),
    ("P-202", "Panel acústico Sonora Relieve", "Acústica", "m²", 58.50, 0.48, (20, 95), "2021-02-01", 1.18),
    ("P-301", "Suelo Dehesa Natural", "Suelos", "m²", 33.90, 0.58, (40, 150), "2009-05-11", 0.99),
    ("P-302", "Suelo Dehesa Flotante", "Suelos", "m²", 41.20, 0.57, (35, 130), "2012-10-01", 1.02),
    ("P-401", "Granulado expandido 3/8", "Proyectado y granulado", "saco", 19.60, 0.60, (40, 180), "2006-01-09", 1.00),
    ("P-402", "Corcho proyectado Corteza", "Proyectado y granulado", "cubo", 74.00, 0.54, (12, 60), "2016-06-06", 1.08),
    ("P-501", "Tapón natural Flor", "Tapones", "millar", 185.00, 0.66, (10, 42), "1998-01-12", 0.66),
    ("P-502", "Tapón microgranulado Solera", "Tapones", "millar", 92.00, 0.63, (15, 60), "2004-04-19", 0.93),
    ("P-601", "Lámina antivibratoria Silente 5", "Antivibración", "rollo", 63.00, 0.50, (15, 70), "2019-11-04", 1.07),
    ("P-602", "Junta de dilatación Ardal", "Antivibración", "caja", 38.00, 0.52, (15, 80), "2015-07-20", 1.01),
]

REGIONS = ["Iberia Sur", "Iberia Norte", "Francia", "Centroeuropa", "Italia", "Nórdicos"]
# Orders of a year against 2023.
REGION_GROWTH = {
    "Iberia Sur": (1.0, 1.01, 0.99),
    "Iberia Norte": (1.0, 1.02, 1.03),
    "Francia": (1.0, 0.97, 0.98),
    "Centroeuropa": (1.0, 1.05, 1.08),
    "Italia": (1.0, 1.00, 0.94),
    "Nórdicos": (1.0, 1.42, 2.05),
}
SALESPEOPLE = {
    "Iberia Sur": "Rocío Valverde Plaza",
    "Iberia Norte": "Íñigo Larrauri Otaola",
    "Francia": "Camille Besson",
    "Centroeuropa": "Jonas Reinfeld",
    "Italia": "Paola Marchesin",
    "Nórdicos": "Maren Lindqvist",
}

BUILD, TRADE, WINE, ARCH, INDUSTRY = (
    "Construcción",
    "Distribución de materiales",
    "Bodegas",
    "Arquitectura e interiorismo",
    "Industria",
)

# name, sector, country, region, city
CUSTOMERS = [
    ("Materiales Guadalmez", TRADE, "España", "Iberia Sur", "Mérida"),
    ("Construcciones Peñalara Sur", BUILD, "España", "Iberia Sur", "Sevilla"),
    ("Bodegas Tierra de Alanís", WINE, "España", "Iberia Sur", "Almendralejo"),
    ("Bodega Cerro Lentisco", WINE, "España", "Iberia Sur", "Montilla"),
    ("Estudio Azahara Romero", ARCH, "España", "Iberia Sur", "Córdoba"),
    ("Rehabilita Bética", BUILD, "España", "Iberia Sur", "Málaga"),
    ("Almacenes Hnos. Corbacho", TRADE, "España", "Iberia Sur", "Badajoz"),
    ("Motores Ventura", INDUSTRY, "España", "Iberia Sur", "Linares"),
    ("Adega Monte Sobral", WINE, "Portugal", "Iberia Sur", "Évora"),
    ("Isolamentos do Tejo", TRADE, "Portugal", "Iberia Sur", "Setúbal"),
    ("Construtora Vale Figueira", BUILD, "Portugal", "Iberia Sur", "Lisboa"),
    ("Ateliê Nogueira & Pinto", ARCH, "Portugal", "Iberia Sur", "Faro"),
    ("Suministros Ebro Alto", TRADE, "España", "Iberia Norte", "Zaragoza"),
    ("Bodegas Viña Larralde", WINE, "España", "Iberia Norte", "Haro"),
    ("Bodega Sotillo del Páramo", WINE, "España", "Iberia Norte", "Aranda de Duero"),
    ("Cavas Puig d'Orriols", WINE, "España", "Iberia Norte", "Sant Sadurní d'Anoia"),
    ("Etxarri Eraikuntza", BUILD, "España", "Iberia Norte", "San Sebastián"),
    ("Aislamientos Cantábricos", TRADE, "España", "Iberia Norte", "Gijón"),
    ("Arquitectura Mendoza Rey", ARCH, "España", "Iberia Norte", "Bilbao"),
    ("Passivhaus Montseny", BUILD, "España", "Iberia Norte", "Girona"),
    ("Talleres Urkiola", INDUSTRY, "España", "Iberia Norte", "Vitoria"),
    ("Caves Douro Velho", WINE, "Portugal", "Iberia Norte", "Peso da Régua"),
    ("Materiais Minho", TRADE, "Portugal", "Iberia Norte", "Braga"),
    ("Obras Serra da Estrela", BUILD, "Portugal", "Iberia Norte", "Covilhã"),
    ("Négoce Liège Atlantique", TRADE, "Francia", "Francia", "Burdeos"),
    ("Château Rocbrune", WINE, "Francia", "Francia", "Libourne"),
    ("Domaine des Trois Ormes", WINE, "Francia", "Francia", "Narbona"),
    ("Maison Valcreuse", WINE, "Francia", "Francia", "Reims"),
    ("Bâtir Durable Rhône", BUILD, "Francia", "Francia", "Lyon"),
    ("Isolation Garonne", TRADE, "Francia", "Francia", "Toulouse"),
    ("Agence Lemaire Architectes", ARCH, "Francia", "Francia", "Nantes"),
    ("Cloisons et Silence", BUILD, "Francia", "Francia", "Grenoble"),
    ("Ateliers Morvan", INDUSTRY, "Francia", "Francia", "Dijon"),
    ("Comptoir du Bâti Breton", TRADE, "Francia", "Francia", "Rennes"),
    ("Dämmstoff Hansen & Kolb", TRADE, "Alemania", "Centroeuropa", "Hamburgo"),
    ("Naturbau Schwarzwald", BUILD, "Alemania", "Centroeuropa", "Friburgo"),
    ("Weingut Rebstein", WINE, "Alemania", "Centroeuropa", "Maguncia"),
    ("Akustik Werk Leipzig", BUILD, "Alemania", "Centroeuropa", "Leipzig"),
    ("Büro Thalmann Architekten", ARCH, "Alemania", "Centroeuropa", "Múnich"),
    ("Maschinenbau Ostheim", INDUSTRY, "Alemania", "Centroeuropa", "Chemnitz"),
    ("Holz und Kork Tirol", TRADE, "Austria", "Centroeuropa", "Innsbruck"),
    ("Kellerei Donauhang", WINE, "Austria", "Centroeuropa", "Krems"),
    ("Alpenhaus Fertigbau", BUILD, "Austria", "Centroeuropa", "Salzburgo"),
    ("Kurkhandel Van Rooij", TRADE, "Países Bajos", "Centroeuropa", "Róterdam"),
    ("Bouwgroep De Linde", BUILD, "Países Bajos", "Centroeuropa", "Utrecht"),
    ("Studio Hofstra", ARCH, "Países Bajos", "Centroeuropa", "Groninga"),
    ("Sugheri Lombardi", TRADE, "Italia", "Italia", "Milán"),
    ("Cantina Poggio Sereno", WINE, "Italia", "Italia", "Siena"),
    ("Tenuta Valdalba", WINE, "Italia", "Italia", "Alba"),
    ("Cantine Rocca Salina", WINE, "Italia", "Italia", "Trapani"),
    ("Edilizia Verde Emilia", BUILD, "Italia", "Italia", "Bolonia"),
    ("Isolanti Adriatici", TRADE, "Italia", "Italia", "Ancona"),
    ("Studio Ferrante Bianchi", ARCH, "Italia", "Italia", "Turín"),
    ("Meccanica Brenta", INDUSTRY, "Italia", "Italia", "Padua"),
    ("Costruzioni Alto Lazio", BUILD, "Italia", "Italia", "Viterbo"),
    ("Byggmaterial Östersund", TRADE, "Suecia", "Nórdicos", "Östersund"),
    ("Ljudmiljö Malmö", BUILD, "Suecia", "Nórdicos", "Malmö"),
    ("Trähus Värmland", BUILD, "Suecia", "Nórdicos", "Karlstad"),
    ("Arkitektkontor Ekdal", ARCH, "Suecia", "Nórdicos", "Gotemburgo"),
    ("Nordkork Distribution", TRADE, "Suecia", "Nórdicos", "Estocolmo"),
    ("Lydteknik Aarhus", BUILD, "Dinamarca", "Nórdicos", "Aarhus"),
    ("Tegnestuen Havnsø", ARCH, "Dinamarca", "Nórdicos", "Copenhague"),
    ("Byggecenter Vejle", TRADE, "Dinamarca", "Nórdicos", "Vejle"),
    ("Rakennus Koivisto", BUILD, "Finlandia", "Nórdicos", "Tampere"),
    ("Kaiku Akustiikka", BUILD, "Finlandia", "Nórdicos", "Helsinki"),
    ("Satama Teollisuus", INDUSTRY, "Finlandia", "Nórdicos", "Turku"),
]

# The largest buyers of their region, so that the top of the list is stable from year to year.
LARGE = {
    "Materiales Guadalmez": 1.9,
    "Suministros Ebro Alto": 2.0,
    "Négoce Liège Atlantique": 1.8,
    "Dämmstoff Hansen & Kolb": 2.3,
    "Kurkhandel Van Rooij": 1.6,
    "Sugheri Lombardi": 1.5,
    "Nordkork Distribution": 2.1,
    "Bodegas Viña Larralde": 1.7,
}

# name -> date it stopped buying, and why: the churn story (wineries leaving cork, and the July 2025 delays).
CHURN = {
    "Bodega Cerro Lentisco": ("2024-03-31", "Cambio a tapón sintético"),
    "Domaine des Trois Ormes": ("2024-06-30", "Cambio a tapón de rosca"),
    "Motores Ventura": ("2024-09-30", "Cierre de la actividad"),
    "Kellerei Donauhang": ("2024-11-30", "Cambio a tapón de rosca"),
    "Cantine Rocca Salina": ("2025-02-28", "Cambio a tapón sintético"),
    "Bodega Sotillo del Páramo": ("2025-04-30", "Cambio a tapón sintético"),
    "Caves Douro Velho": ("2025-06-30", "Precio"),
    "Cloisons et Silence": ("2025-08-31", "Retrasos en las entregas"),
    "Studio Hofstra": ("2025-09-30", "Retrasos en las entregas"),
}

SECTOR_TASTE = {
    BUILD: {"Aislamiento térmico": 5, "Acústica": 2.2, "Suelos": 1.6, "Proyectado y granulado": 3, "Antivibración": 1.6},
    TRADE: {"Aislamiento térmico": 4, "Acústica": 1.8, "Suelos": 2.6, "Proyectado y granulado": 2.6, "Antivibración": 1.8, "Tapones": 0.4},
    WINE: {"Tapones": 9, "Proyectado y granulado": 0.5, "Aislamiento térmico": 0.4},
    ARCH: {"Acústica": 4.5, "Suelos": 3, "Proyectado y granulado": 0.8},
    INDUSTRY: {"Antivibración": 6, "Aislamiento térmico": 1.5, "Acústica": 0.8},
}

BUILD_SEASON = (0.78, 0.88, 1.12, 1.18, 1.22, 1.10, 0.98, 0.48, 1.14, 1.22, 1.08, 0.82)
WINE_SEASON = (1.35, 1.40, 1.35, 1.15, 0.95, 0.90, 0.85, 0.55, 0.70, 0.85, 0.95, 1.00)

AREAS = {  # monthly budget 2024, EUR
    "Producción": 73200,
    "Logística": 45900,
    "Comercial": 42800,
    "Administración": 25400,
    "I+D": 14600,
    "Personas y sistemas": 19200,
}
MONTHS_ES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
MONTHS_EN = "January February March April May June July August September October November December".split()
