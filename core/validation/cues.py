"""The words that say how a figure is computed: changes, sums, averages, shares, ratios, what is left."""

from __future__ import annotations

import re

from core.validation.measures import fold

CHANGE = re.compile(
    r"\b(?:ris\w+|rose|grew|grow\w*|increas\w+|fell|fall\w*|drop\w*|declin\w+|decreas\w+|reduc\w+|gain\w*|chang\w+|"
    r"differ\w+|more|less|fewer|higher|lower|above|below|"
    r"(?<!make )(?<!makes )(?<!made )(?<!add )(?<!adds )up|down|apart|gap|"
    r"exceed\w*|improv\w+|jump\w*|climb\w*|"
    r"expand\w*|shr[aiu]nk\w*|encarec\w*|abarat\w*|sub\w+|crec\w+|aument\w+|increment\w+|baj\w+|cay\w+|cae\w*|caid\w+|disminu\w+|descen\w+|"
    r"diferenci\w+|mas|menos|mayor|menor|super\w+|variacion\w*|mejor\w+|retroced\w+|redu\w+|faster|slower|ahead|behind|"
    r"widen\w*|narrow\w*|ampli\w+|excess|exces\w+|por encima|por debajo|short\w*|overs\w+|unders\w+|slid\w*|shed|"
    r"over\w*|under\w*|deviat\w+|desvi\w+|save\w*|ahorr\w+|varied|vari\w+|lost|los[et]\w*|perd\w+|gan\w+|dispar\w+|"
    r"surg\w+|soar\w*|slip\w*|dip\w*|cut\w*|weaker|stronger|desplom\w+|hund\w+|lag\w*|recort\w+|add\w*|decli\w+|rebaj\w+)\b"
)
SUM = re.compile(
    r"\b(?:total\w*|sum\w*|together|combined|altogether|overall|in all|conjunt\w+|juntos|juntas|sumad\w+|"
    r"entre (?:los|las|ambos|ambas|todas|todos)|both|ambos|ambas|aggregate|adds? up|worth|entero|plus|"
    r"in the (?:two|three)|"
    r"as much as|(?:first|second|third|fourth|primer|segundo|tercer|cuarto)\w* (?:half|quarter|semestre|trimestre)|"
    r"en el trimestre|"
    r"en el semestre|over the (?:\w+ )?(?:months|quarters|years|weeks|period)|acumul\w+|jointly)\b"
)
MEAN = re.compile(r"\b(?:average\w*|mean|media|promedio\w*|de media|(?:apiece|each) on average)\b")
SHARE = re.compile(
    r"\b(?:share|proportion|portion|part|account\w*|represent\w*|make up|makes up|made up|of (?:the |all |its )?|"
    r"cuota|peso|proporcion|parte|supon\w+|supus\w+|del? (?:total)?|equival\w+|ratio|per cent of|margin\w*|margen\w*|"
    r"percent\w*|porcentaje|concentr\w+|absor\w+|rate|tasa|out of|suma\w*)\b|%"
)
RATIO = re.compile(
    r"\b(?:times|twice|double\w*|triple\w*|fold|veces|doble|multiplic\w+|ratio|duplic\w+|triplic\w+|turnover|per)\b"
)
PART_OF = re.compile(r"\b(?:ratio|proportion|proporcion|share of|per|over)\b")
PAST = re.compile(
    r"\b(?:earlier|previous\w*|before|prior|ago|last year|was|were|used to|from|against|versus|anterior\w*|antes|"
    r"pasado|"
    r"era|eran|fue|fueron|had been|habia\w*|frente|frente a|compared|year-end|turn of the year)\b"
)
REST = re.compile(
    r"\b(?:rest|rest[ao]\w*|remain\w*|other\w*|otr[oa]s|demas|quedan?|sin|unsolved|un\w+ed|left|without|not|no|faltan?|"
    r"missing|outstanding|owed|headroom|pendient\w+|difference|diferencia|net\w*|require\w*|requir\w+)\b"
)
QUARTER = re.compile(r"\b(?:quarter|trimestr)\w*")
_PER = re.compile(r"\b(?:per|por|every|cada) (1[.,]?0+[.,]?0*|hundred|cien|thousand|mil|million|millon)\b")
_MANY = {"hundred": 100.0, "cien": 100.0, "thousand": 1e3, "mil": 1e3, "million": 1e6, "millon": 1e6}
PLANNED = re.compile(r"\b(?:budget\w*|presupuest\w+|planned|forecast|expected|previst\w+|target\w*|objetivo)\b")
PERIOD = re.compile(
    r"\b(?:year|annual\w*|yearly|month\w*|quarter\w*|week\w*|ano|anual\w*|mes|mensual\w*|trimestr\w+|semana\w*)\b"
)
EACH = re.compile(
    r"\b(?:each|per|every|apiece|cada|por|unitari\w+|works? out at|sale a|el (?:kwh|mwh|kilo|litro|metro))\b"
)
HALVES = re.compile(r"\b(?:half|halve[sd]?|twice|double|equally|mitad(?:es)?|el doble|partes iguales)\b")
COMPARED = re.compile(
    r"\b(?:than|que|compar\w+|frente|vs|versus|more|less|higher|lower|mas|menos|above|below|over|under|by)\b"
)

# What compares two things, and tells no change of one.
COMPARING = frozenset(
    "more higher above exceed exceeds exceeded mas superior mayor mayores supera superan supero superaron less fewer "
    "lower below menos inferior menor menores".split()
)


def speaks_of_computing(text: str) -> bool:
    """Whether a word says how a figure is computed: 'change', 'average', 'total', 'proportion'."""
    folded = fold(text)
    return any(cue.fullmatch(folded) for cue in (CHANGE, SUM, MEAN, SHARE, RATIO, REST))


def per_many(folded: str) -> float:
    """Of how many a folded text gives a rate: 1,000 in 'per thousand inhabitants', else 1."""
    match = _PER.search(folded)
    return 1.0 if match is None else _MANY.get(match[1]) or float(re.sub(r"\D", "", match[1]))


def says_half(text: str) -> bool:
    """Whether a text speaks of halves."""
    return bool(HALVES.search(fold(text)))
