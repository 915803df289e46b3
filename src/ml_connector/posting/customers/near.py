"""Accounts that may well be the shopper's though their e-mail is another: what speaks for it, side by side.

The same VAT number, or the same postcode with a similar name, company or telephone number. Nothing of it is
proof, so a near match is never taken by itself: a person says which it is.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

from ml_connector.posting.company import Account
from ml_connector.posting.customers.shopper import Shopper
from ml_connector.posting.letters import A_TO_Z

_ALIKE = 85
"""From so many equal letters in a hundred on, two names are similar: one letter in seven may differ."""
_NUMBER = 9
"""So many last digits tell a telephone number, whatever its prefix."""
_TITLES = ("MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "SIR", "DAME", "REV")
_FORMS = ("LTD", "LIMITED", "PLC", "LLP", "LLC", "INC", "GMBH", "BV", "SA", "SARL", "CO", "COMPANY")
_NOT_A_NAME = frozenset((*_TITLES, *_FORMS, "THE", "AND"))


@dataclass(frozen=True, slots=True)
class Near:
    """An account that may be the shopper's, and the words for what speaks for it."""

    account: Account
    because: tuple[str, ...]


def near(shopper: Shopper, account: Account) -> Near | None:
    """What speaks for this account; None when nothing does."""
    address = shopper.address
    because: list[str] = []
    if vat_key(shopper.vat_number) and vat_key(shopper.vat_number) == vat_key(account.vat_number):
        because.append("VAT number")
    if postcode_key(address.postcode) and postcode_key(address.postcode) == postcode_key(account.postcode):
        if similar_to_any((address.company, address.name), (account.name, account.contact)):
            because.append("postcode and name")
        if telephone_key(address.telephone) and telephone_key(address.telephone) == telephone_key(
            account.telephone
        ):
            because.append("postcode and telephone")
    return Near(account, tuple(because)) if because else None


def evidence(shopper: Shopper, found: Near) -> str:
    """Shop and Sage side by side, in one line."""
    address, account = shopper.address, found.account
    name = address.company or address.name
    ours = _said(name, shopper.email, address.postcode, address.telephone, shopper.vat_number)
    theirs = _said(account.name, *account.emails, account.postcode, account.telephone, account.vat_number)
    return f"Same {', '.join(found.because)}: the shop has {ours}; A/C {account.ref} has {theirs}."


def postcode_key(text: str) -> str:
    """A postcode as two spellings of it are compared."""
    return "".join(text.split()).upper()


def telephone_key(text: str) -> str:
    """The last digits of a telephone number; “” for what is too short to be one."""
    digits = "".join(letter for letter in text if letter.isascii() and letter.isdigit())
    return digits[-_NUMBER:] if len(digits) >= _NUMBER else ""


def vat_key(text: str) -> str:
    """A VAT number as two spellings of it are compared: its letters and digits, without GB before them."""
    key = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())
    return key.removeprefix("GB")


def similar_to_any(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether any name of ours is similar to any of theirs."""
    return any(similar(one, other) for one in ours for other in theirs)


def similar(one: str, other: str) -> bool:
    """Whether two names may be one: all words of the shorter, one initial, or nearly every letter agree."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return False
    if set(first) <= set(second) or set(second) <= set(first):
        return True
    if first[-1] == second[-1] and first[0][0] == second[0][0]:
        return True
    short, long = sorted((" ".join(first), " ".join(second)), key=lambda text: (len(text), text))
    equal = sum(block.size for block in SequenceMatcher(None, short, long).get_matching_blocks())
    return 2 * equal * 100 >= _ALIKE * (len(short) + len(long))


def _words(name: str) -> tuple[str, ...]:
    latin = unicodedata.normalize("NFKD", name).translate(A_TO_Z).upper()
    bare = "".join(each for each in latin if not unicodedata.combining(each) and each not in "'’")
    letters = "".join(each if each.isascii() and each.isalnum() else " " for each in bare)
    return tuple(word for word in letters.split() if word not in _NOT_A_NAME)


def _said(*parts: str) -> str:
    return " · ".join(part for part in parts if part) or "nothing"
