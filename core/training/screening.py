"""What an adapter should not learn from: texts that tell of persons, and texts in neither Spanish nor English.

Numbers count as personal only where their form and their check digits say so, so that amounts, dates and order numbers
stay. Names are not looked for: most texts of an office name somebody. It leaves the decision to whoever cleans.
"""

from __future__ import annotations

import re

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
# With the sign of a country, or after a word that announces one: nine digits in threes may be an amount.
_PHONE = re.compile(
    r"(?<![\w.,])\+\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}(?![\w,])"
    r"|\b(?:tel|tfno|phone|call|m[óo]vil|fax)\w*\W{1,3}(?:\w+ ){0,2}\(?\d{2,4}\)?[ .-]?\d{3,4}[ .-]?\d{3,4}\b",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d.,])\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?![\d.,]\d)")
_TAX_ID = re.compile(r"\b([XYZ]?)(\d{7,8})-?([A-HJ-NP-TV-Z])\b")
_SOCIAL = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_TAX_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_WORD = re.compile(r"[^\W\d_]+")
_WORDS_LEAST, _SURE = 8, 3
# Words that are frequent in one of these languages, and in neither Spanish nor English.
_FREQUENT = {
    "own": "the of and is are was for with this that not have el los las es son fue y pero con por sus esta muy hay al",
    "fr": "le les est et une dans pour avec ce cette sont pas aux été qui vous nous mais du",
    "de": "der das und ist nicht mit für auf ein eine den dem sich auch werden wird von zu",
    "it": "il gli è di che sono della nel alla anche più questo dei degli viene stato",
    "pt": "não uma os são foi mais pelo pela também você ao seu sua em das à",
    "ca": "els és amb dels són aquest aquesta més però també seva",
    "nl": "het een van niet dat voor zijn met worden wordt ook deze aan naar",
}  # fmt: skip
_LANGUAGES = {name: frozenset(words.split()) for name, words in _FREQUENT.items()}


def holds_personal(text: str) -> bool:
    """Whether it holds an address of e-mail, a telephone number, or a number of an account, a card or a person."""
    return bool(
        _EMAIL.search(text)
        or _PHONE.search(text)
        or _SOCIAL.search(text)
        or any(_is_iban(match[0]) for match in _IBAN.finditer(text))
        or any(_is_card(match[0]) for match in _CARD.finditer(text))
        or any(_is_tax_id(*match.groups()) for match in _TAX_ID.finditer(text))
    )


def is_foreign(text: str) -> bool:
    """Whether it is plainly written in a language that is neither Spanish nor English."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < _WORDS_LEAST:
        return False
    # Different words: a table repeats one that is a name ('Sur') in every row.
    counts = {name: len(known.intersection(words)) for name, known in _LANGUAGES.items()}
    own = counts.pop("own")
    return max(counts.values()) >= max(_SURE, 2 * own)


def _is_iban(text: str) -> bool:
    """ISO 13616: the first four characters last, letters as numbers, remainder 1 by 97."""
    plain = text.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """Luhn's check (ISO/IEC 7812-1)."""
    digits = [int(char) for char in text if char.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_tax_id(foreigner: str, number: str, letter: str) -> bool:
    """The letter of a Spanish DNI or NIE."""
    if len(number) != (7 if foreigner else 8):
        return False
    whole = f"{'XYZ'.index(foreigner) if foreigner else ''}{number}"
    return _TAX_LETTERS[int(whole) % 23] == letter
