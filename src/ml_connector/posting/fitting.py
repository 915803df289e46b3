"""Text fitted to Sage: its lengths, its one-byte character set, its five address lines.

Only Windows-1252 survives in a UK company's files (reference: sage50_uk_sdo.md §6). What it has is kept as
it is; other letters lose what they wear (NFKD), and what has no plain form is dropped. Text is cut here, at
words where it can be, because nobody knows where Sage cuts and where it refuses (§2.1).
"""

from __future__ import annotations

import re
import unicodedata

from ml_connector.documents.sales import Address

NAME = 60
CONTACT = 30
TELEPHONE = 30
E_MAIL = 255
LINE = 60
STOCK_CODE = 30
VAT_NUMBER = 20

_UNDECOMPOSED = str.maketrans({"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i", "Ħ": "H", "ħ": "h"})
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text in Windows-1252, on one line, with single spaces."""
    return _SPACE.sub(" ", "".join(map(_letter, _SPACE.sub(" ", text)))).strip()


def fit(text: str, length: int) -> str:
    """The plain text in at most `length` characters."""
    return plain(text)[:length].strip()


def ascii_letters(text: str) -> str:
    """Its letters A to Z in upper case and nothing else: what an A/C reference may begin with."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED)).upper()
    return "".join(letter for letter in decomposed if "A" <= letter <= "Z")


def account_name(address: Address) -> str:
    """What the account is called: the company, else the person."""
    return fit(address.company, NAME) or fit(address.name, NAME)


def address_lines(address: Address) -> tuple[str, str, str, str, str]:
    """Street 1, street 2, town, county, postcode (reference: sage50_uk_sdo.md §3.2)."""
    first, second = _street(address.street)
    return (
        first,
        second,
        fit(address.town, LINE),
        fit(address.county, LINE),
        fit(address.postcode.upper(), LINE),
    )


def _street(lines: tuple[str, ...]) -> tuple[str, str]:
    """Two lines, as typed when they fit so; else all of it run together and split at words."""
    typed = [text for text in map(plain, lines) if text]
    if len(typed) <= 2 and all(len(text) <= LINE for text in typed):
        return (typed[0] if typed else "", typed[1] if len(typed) > 1 else "")
    words = ", ".join(typed).split(" ")
    first = ""
    while words and len(f"{first} {words[0]}".strip()) <= LINE:
        first = f"{first} {words.pop(0)}".strip()
    rest = " ".join(words)
    if not first:
        first, rest = rest[:LINE], rest[LINE:]
    return first, rest[:LINE].strip()


def _letter(letter: str) -> str:
    """One character as Windows-1252 has it, else without what it wears, else nothing."""
    if unicodedata.category(letter) == "Cc":
        return ""
    if _encodes(letter):
        return letter
    parts = unicodedata.normalize("NFKD", letter.translate(_UNDECOMPOSED))
    return "".join(part for part in parts if _encodes(part) and not unicodedata.combining(part))


def _encodes(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
