"""A fragment ('in 2022', 'el margen', 'why') put into the question before it, in the place of what it replaces."""

from __future__ import annotations

import re

from core.chat.antecedent import noun_phrases
from core.chat.spans import find_spans
from core.chat.words import fold

# Verbs that tell a sentence from a fragment.
FINITE = {
    "en": re.compile(r"\b(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|must|may|might)\b"),
    "es": re.compile(
        r"\b(?:es|son|fue|fueron|era|eran|esta|estan|hay|hubo|ha|han|tiene|tienen|puede|pueden|debe|deben|hace|hizo|"
        r"\w+(?:aron|ieron|aba|aban|ian))\b"
    ),
}
_PERIOD = re.compile(
    r"\b(?:(?:the )?(?:first|second|third|fourth|last|previous|next) (?:quarter|half|year|month)"
    r"|(?:el )?(?:primer|segundo|tercer|cuarto|ultimo) "
    r"(?:trimestre|semestre|ano|mes)|[1-4]t|q[1-4]|[1-4]q|h[12]|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|enero|febrero|marzo|abril|mayo|"
    r"junio|julio|agosto|septiembre|octubre|noviembre|diciembre))?(?:[ ,]*(?:of |de |del )?(?:fiscal "
    r"|fy ?)?(?:19|20)\d{2})?"
    r"|(?:this|last|next) (?:year|quarter|month)|(?:este|el) (?:ano|trimestre|mes)(?: pasado| anterior| siguiente)?"
)
_PREPOSITION = r"(?:in|on|for|at|of|from|to|by|with|during|since|en|para|de|del|por|con|a|al|durante|desde|sobre)"
_WHY = {
    "en": re.compile(
        r"^(?:(?:by|for|with|to|from|since|until) )?(?:who|whom|when|where|why|how(?: (?:many|much|long|far"
        r"|often|old))?|what|which)$"
    ),
    "es": re.compile(
        r"^(?:(?:a|de|con|para|en|desde|hasta|por) )?(?:quien(?:es)?|cuando|a?donde|por que|como|cuant[oa]s?"
        r"|cual(?:es)?|que)$"
    ),
}
HEAD = {
    "en": re.compile(
        r"^(?:(?:in|for|on|at|by) )?(?:who|whom|when|where|why|how(?: (?:many|much|long|far|often|old))?|what|which)\b"
    ),
    "es": re.compile(
        r"^¿?(?:(?:a|de|con|para|en|desde|hasta|por) )?(?:quien(?:es)?|cuando|a?donde|por que|como|cuant[oa]s?"
        r"|cual(?:es)?|que)\b"
    ),
}
_COPULA = {
    "en": re.compile(
        r"^((?:what|which|how much|how high|how big) (?:is|are|was|were|will be)|(?:how many|how much|which"
        r"|what)(?! (?:do|does|did|is|are|was|were|has|have|had|can|will)\b)|how did) ",
        re.I,
    ),
    "es": re.compile(
        r"^¿?((?:cual(?:es)?|que|cuanto|cuanta|cuantos|cuantas|como) (?:es|son|fue|fueron|era|eran|sera|seran"
        r"|ha sido|han sido)|cuant[oa]s|como evolucion(?:o|aron)) "
    ),
}
_PHRASE_END = re.compile(
    rf"\s(?:{_PREPOSITION}|is|are|was|were|did|do|does|has|have|hay|tiene|tienen|tenemos|tuvo|hubo|fue|fueron|se)\b|[,?]|$"
)


_OPENED = {"en": re.compile(r"^(?:and|but|so)\s+", re.I), "es": re.compile(r"^(?:y|e|pero)\s+¿?", re.I)}
_NAMED = re.compile(r"\b(?:the|el|la|los|las)\s\w+")


def substitute(fragment: str, previous: str, lang: str) -> str:
    """`previous` asked anew about `fragment`."""
    base = _OPENED[lang].sub("", previous.strip(" ¿?¡!."))
    if _WHY[lang].match(fold(fragment)):
        return _ask_otherwise(fragment, base, lang)
    fragment = re.sub(
        r"^(?:el|la|los|las|the ones?|that|those) (?=(?:de|del|en|para|con|of|in|for|from"
        r"|with) )",
        "",
        fragment,
        flags=re.I,
    )
    lead = re.match(rf"({_PREPOSITION})\s+", fold(fragment))
    bare = fragment[lead.end() :] if lead else fragment
    for attempt in (_step_period, _swap_bare, _swap_period, _swap_name, _swap_prepositional, _swap_phrase, _swap_noun):
        swapped = attempt(fragment, bare, lead.group(1) if lead else "", base, lang)
        if swapped:
            return swapped
    return f"{base} {fragment}" if lead else f"{fragment}: {base}"


def _ask_otherwise(asked: str, base: str, lang: str) -> str:
    head = HEAD[lang].match(fold(base))
    rest = base[head.end() :].strip() if head else _inside(base, lang)
    return f"{asked} {rest}"


def _inside(base: str, lang: str) -> str:
    """`base` as it reads after another word: the verb that opened the sentence loses its capital."""
    first = base.split()[0]
    is_verb = FINITE[lang].fullmatch(fold(first)) or (lang == "es" and first.endswith("ó"))
    return base[:1].lower() + base[1:] if is_verb else base


def _period(text: str) -> tuple[int, int] | None:
    """The first period in `text` that is not empty, with what quarter or month goes with its year."""
    spans = [m.span() for m in _PERIOD.finditer(fold(text)) if m.group().strip(" ,")]
    spans = [(a + len(text[a:b]) - len(text[a:b].lstrip(" ,")), b) for a, b in spans]
    whole = [
        (a, b) for a, b in spans if (a == 0 or not text[a - 1].isalnum()) and (b == len(text) or not text[b].isalnum())
    ]
    return whole[0] if whole else None


def _swap_period(fragment, bare, lead, base, lang) -> str | None:
    new = _period(bare)
    if new is None or new[1] - new[0] < len(bare.strip()) - 4:
        return None
    old = _period(base)
    if old is None:
        return f"{base} {fragment}" if lead else f"{base} {'en' if lang == 'es' else 'in'} {fragment}"
    year_only = re.fullmatch(r"(?:19|20)\d{2}", bare.strip())
    years = list(re.finditer(r"(?:19|20)\d{2}", base))
    if year_only and years:
        at = years[-1]
        return base[: at.start()] + bare.strip() + base[at.end() :]
    value = bare
    kept = re.search(r"(?:19|20)\d{2}", base[old[0] : old[1]])
    if kept and not re.search(r"(?:19|20)\d{2}", bare):
        value = f"{bare} {'de' if lang == 'es' else 'of'} {kept.group()}"
    return base[: old[0]] + value + base[old[1] :]


_STEP = re.compile(
    r"^(?:the |el |la )?(?:(?P<back>(?:year|quarter) (?:before|earlier)|(?:previous|prior|preceding) (?:year|quarter)"
    r"|(?:ano|trimestre) (?:anterior|previo|pasado))|(?P<on>(?:year|quarter) after|(?:next|following) (?:year|quarter)"
    r"|(?:ano|trimestre) siguiente))$"
)
_QUARTER = re.compile(r"\b(?:q(?=[1-4]\b)|t(?=[1-4]\b))(?P<after>[1-4])|\b(?P<before>[1-4])(?=[qt]\b)")


def _step_period(fragment, bare, lead, base, lang) -> str | None:
    """'the year before' counts from the year that was asked about, 'the next quarter' from the quarter."""
    step = _STEP.match(fold(bare))
    years = list(re.finditer(r"\b(?:19|20)\d{2}\b", base))
    if step is None or not years:
        return None
    by, year = (-1 if step["back"] else 1), int(years[-1].group())
    if not re.search(r"quarter|trimestre", step.group()):
        return f"{base[: years[-1].start()]}{year + by}{base[years[-1].end() :]}"
    quarter = _QUARTER.search(fold(base))
    if quarter is None:
        return None
    at = quarter.start("after") if quarter["after"] else quarter.start("before")
    number = int(base[at]) + by
    year += -1 if number < 1 else 1 if number > 4 else 0
    base = f"{base[: years[-1].start()]}{year}{base[years[-1].end() :]}"
    return f"{base[:at]}{(number - 1) % 4 + 1}{base[at + 1 :]}"


_BARE = re.compile(
    r"^((?:how \w+|what|when|where|why) (?:is|are|was|were|do|does|did|can|must|should) )"
    r"((?:[a-z\-]+ )?[a-z\-]+s) (?=[a-z]+\b)",
    re.I,
)
_OPENS = re.compile(r"^(?:the|an?|our|my|your|his|her|its|their|this|that|these|those|in|on|at|for|by)\b")


def _swap_bare(fragment, bare, lead, base, lang) -> str | None:
    """'laptops' takes the place of the plural that stands without an article after the verb."""
    found = _BARE.match(base) if lang == "en" and not lead else None
    if found is None or _OPENS.match(found.group(2).lower()) or not re.fullmatch(r"(?:[a-z\-]+ ){0,2}[a-z\-]+s", bare):
        return None
    return f"{found.group(1)}{bare}{base[found.end(2) :]}"


def _swap_name(fragment, bare, lead, base, lang) -> str | None:
    """A name takes the place of the last name that stands alike: after the same preposition where there is one."""
    if not bare[:1].isupper():
        return None
    names = [s for s in find_spans(base, lang) if s.sort == "name" and s.start > 0]
    if not names:
        return None
    alike = [s for s in names if lead and re.search(rf"\b{lead}\s+$", fold(base[: s.start]))]
    chosen = (alike or names)[-1]
    owned = re.search(r"['’]s?$", base[chosen.start : chosen.end])  # whose it is: 'Apple's sales' and Amazon's
    ending = owned.group() if owned and lang == "en" and not re.search(r"['’]s?$", bare) else ""
    return base[: chosen.start] + bare + ending + base[chosen.end :]


def _swap_prepositional(fragment, bare, lead, base, lang) -> str | None:
    """'and on training?' takes the place of 'on travel'."""
    if not lead:
        return None
    places = list(re.finditer(rf"\b{lead}\s+(?=[^\W\d])", fold(base)))
    if not places:
        return f"{base} {fragment}"
    start = places[-1].start()
    after = re.search(rf"\s(?:{_PREPOSITION})\s|$", fold(base)[places[-1].end() :])
    end = places[-1].end() + (after.start() if after else 0)
    return base[:start] + fragment + base[end:]


def _swap_phrase(fragment, bare, lead, base, lang) -> str | None:
    """'the margin' takes the place of what was asked for: the phrase after 'what was' or 'how many'."""
    head = _COPULA[lang].match(fold(base))
    if head is None:
        return None
    counted = re.match(r"¿?(?:cuant[oa]s|how many|how much)\b", fold(base))
    named = list(_NAMED.finditer(fold(base), head.end()))
    if counted and re.match(r"(?:the|el|la|los|las)\s", fold(fragment)):
        return f"{base[: named[-1].start()]}{fragment}" if named else f"{base}: {fragment}"
    start = head.end()
    owner = re.match(r"[A-Z]\S*['’]s\s", base[start:])
    if owner and re.match(r"(?!the |an? )[a-z]", fragment):
        start += owner.end()
    article = re.match(r"(?:the|el|la|los|las)\s+", fold(base)[start:])
    found = _PHRASE_END.search(fold(base), start + (article.end() if article else 0))
    end = found.start() if found else len(base)
    if re.search(r"\w\s(?:de|del|of)\s", fragment):  # it brings its own complement
        own = re.match(r"\s(?:de|del|of)\s(?:(?:el|la|los|las|the)\s)?[^\W\d_A-ZÁÉÍÓÚÑ]\w*(?=\s|$)", base[end:])
        end += own.end() if own and _period(own.group()) is None else 0
    opening = base[:start]
    if lang == "es":
        opening = _agree(opening, fragment)
    return f"{opening}{fragment}{base[end:]}"


_WHO_IS = re.compile(r"^(?:who|quien)(?:es)? (is|are|was|were|es|son|fue|fueron|era|eran)\s+$")
_ROLE = re.compile(
    r"\b(?:c[a-z]o|head|chair\w*|lead|boss|director\w*|president\w*|presidenta|responsables?|jef[ea]s?|gerentes?|"
    r"owner|founder|partner|clerk|person\w*|people|gente|\w{3,}(?:er|or|ora|ores|oras|ist|ista|istas|ante|antes|"
    r"ero|era|ario|aria|tary|logo|loga))\b"
)


def _swap_noun(fragment, bare, lead, base, lang) -> str | None:
    """'the annex' takes the place of the last noun phrase, before others that a preposition leads in."""
    if not re.match(r"(?:the|an?|el|la|los|las|un|una|su|sus|our|its)\s", fold(fragment)):
        return None
    found = noun_phrases(base, lang)
    led = re.compile(rf"\b{_PREPOSITION}\s+$|^(?:del|al)\b")
    free = [(a, b) for a, b in found if not led.search(fold(base[:a])) and not led.match(fold(base[a:b]))]
    if not free:
        return None
    start, end = free[-1]
    owner = re.search(r"\s(?:de|del|of)\s(?=[A-ZÁÉÍÓÚÑ])", base[start:end])
    if owner and not re.search(r"\s(?:de|del|of)\s", fragment):
        end = start + owner.start()  # whose it is stays
    opening = base[:start]
    who = _WHO_IS.match(fold(opening))
    if who and not _ROLE.search(fold(fragment)):
        opening = f"{'Cuál' if lang == 'es' else 'What'} {who.group(1)} "
    return f"{_agree(opening, fragment) if lang == 'es' else opening}{fragment}{base[end:]}"


def _agree(opening: str, fragment: str) -> str:
    """'¿Cuáles fueron los ingresos' -> '¿Cuál fue el margen': number follows the new article."""
    first = fold(fragment).split()[0]
    if first in ("el", "la", "su", "nuestro", "nuestra"):
        for many, one in (
            ("áles", "ál"),
            ("ales", "al"),
            ("iénes", "ién"),
            (" fueron", " fue"),
            (" son", " es"),
            (" eran", " era"),
        ):
            opening = opening.replace(many, one)
    elif first in ("los", "las", "sus", "nuestros", "nuestras"):
        opening = re.sub(r"\b([Cc]u[aá]l|[Qq]ui[eé]n)(?!es)\b", r"\1es", opening)
        for one, many in ((" fue ", " fueron "), (" es ", " son "), (" era ", " eran ")):
            opening = opening.replace(one, many)
    elif re.match(r"cuant[oa]s", fold(opening)):
        ending = "as" if fragment.rstrip().endswith(("as", "iones", "dades")) else "os"
        opening = re.sub(r"(uánt|uant)[oa]s", rf"\1{ending}", opening)
    return opening
