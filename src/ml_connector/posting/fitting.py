"""Text fitted to Sage: its lengths, its one-byte character set, its five address lines.

Only Windows-1252 survives in a UK company's files (reference: sage50_uk_sdo.md §6). What it has is kept as
it is; other letters become Latin (`letters`) or lose what they wear (NFKD), and what has no plain form is
dropped. Text is cut here, at words where it can be, because nobody knows where Sage cuts and where it refuses
(§2.1); what an address loses by it is told, never swallowed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ml_connector.documents.sales import Address
from ml_connector.posting.letters import A_TO_Z, LATIN

NAME = 60
CONTACT = 30
TELEPHONE = 30
E_MAIL = 255
LINE = 60
STOCK_CODE = 30
VAT_NUMBER = 20

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedAddress:
    """Street 1, street 2, town, county, postcode (reference: sage50_uk_sdo.md §3.2); what is left over."""

    lines: tuple[str, str, str, str, str]
    left_out: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The text in Windows-1252, on one line, with single spaces."""
    joined = unicodedata.normalize("NFC", _SPACE.sub(" ", text))
    return _SPACE.sub(" ", "".join(map(_letter, joined))).strip()


def fit(text: str, length: int) -> str:
    """The plain text in at most `length` characters."""
    return plain(text)[:length].strip()


def ascii_letters(text: str) -> str:
    """Its letters A to Z in upper case and nothing else: what an A/C reference may begin with."""
    decomposed = unicodedata.normalize("NFKD", text).translate(A_TO_Z).upper()
    return "".join(letter for letter in decomposed if "A" <= letter <= "Z")


def account_name(address: Address) -> str:
    """What the account is called: the company, else the person."""
    return fit(address.company, NAME) or fit(address.name, NAME)


def address_lines(address: Address) -> tuple[str, str, str, str, str]:
    """The five lines of an address."""
    return fit_address(address).lines


def fit_address(address: Address) -> FittedAddress:
    """An address in Sage's five lines, in this order of preference:

    1. the street as typed, when it has one or two lines that fit;
    2. the street run together and split at words over two lines;
    3. over three lines, with town and county together on the fourth.

    The postcode stands alone on the fifth, where Sage looks for it. What does not fit even so is `left_out`.
    """
    town, county, postcode = plain(address.town), plain(address.county), plain(address.postcode.upper())
    typed = [text for text in map(plain, address.street) if text]
    street = typed if len(typed) <= 2 and all(map(_fits, typed)) else _at_words(", ".join(typed))
    place = ", ".join(part for part in (town, county) if part)
    if len(street) > 2 and _fits(place):
        lines, over = (*street[:3], place), street[3:]
    else:
        lines, over = (*(*street, "", "")[:2], town[:LINE], county[:LINE]), street[2:]
        over = [*over, *(text for text in (town, county) if not _fits(text))]
    first, second, third, fourth = (line.strip() for line in lines)
    return FittedAddress(
        lines=(first, second, third, fourth, postcode[:LINE].strip()),
        left_out=(*over, *(() if _fits(postcode) else (postcode,))),
    )


def _fits(text: str) -> bool:
    return len(text) <= LINE


def _at_words(text: str) -> list[str]:
    """The text in lines, broken at spaces; a word longer than a line is broken where the line ends."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if _fits(longer):
            lines[-1] = longer
            continue
        pieces = [word[at : at + LINE] for at in range(0, len(word), LINE)]
        lines = [*(line for line in lines if line), *pieces]
    return lines


def _letter(letter: str) -> str:
    """One character as Windows-1252 has it, else in Latin letters without what it wears, else nothing."""
    if unicodedata.category(letter) == "Cc":
        return ""
    if _encodes(letter):
        return letter
    parts = unicodedata.normalize("NFKD", letter).translate(LATIN)
    return "".join(part for part in parts if _encodes(part) and not unicodedata.combining(part))


def _encodes(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
