"""The A/C reference of a new account, by the chart's mask.

A reference cannot be changed once it is made (reference: sage50_uk_sdo.md §6), so it has A to Z and digits
only. It is free as far as the last reading of the company tells; when Sage says that it is taken after all,
the next one is proposed, never the same again.
"""

from __future__ import annotations

from ml_connector.posting.choices.customers import ACCOUNT_REF, LettersOf, ReferenceMask
from ml_connector.posting.customers.shopper import Shopper
from ml_connector.posting.fitting import account_name, ascii_letters

_NO_NAME = "CUST"


def free_reference(
    shopper: Shopper, taken: frozenset[str], mask: ReferenceMask | None = None, refused: str = ""
) -> str:
    """The first reference of the mask that nobody has; it comes after `refused`, if that is of the mask."""
    mask = mask or ReferenceMask()
    letters = _letters(shopper, mask)[: mask.letters]
    number = 1
    passed = not _is_of(refused, letters, mask)
    while True:
        ref = _made(letters, number, mask)
        if passed and ref not in taken:
            return ref
        passed = passed or ref == refused
        number += 1


def _made(letters: str, number: int, mask: ReferenceMask) -> str:
    """A full counter takes the place of letters."""
    digits = f"{number:0{mask.digits}d}"
    return mask.prefix + letters[: ACCOUNT_REF - len(mask.prefix) - len(digits)] + digits


def _is_of(ref: str, letters: str, mask: ReferenceMask) -> bool:
    """Whether counting comes by this reference."""
    tails = (ref[at:] for at in range(len(ref)))
    return any(_made(letters, int(tail), mask) == ref for tail in tails if tail.isdecimal())


def _letters(shopper: Shopper, mask: ReferenceMask) -> str:
    address = shopper.address
    if mask.letters_of is LettersOf.POSTCODE:
        postcode = "".join(each for each in address.postcode.upper() if each.isascii() and each.isalnum())
        if postcode:
            return postcode
    surname = mask.letters_of is LettersOf.SURNAME and not address.company
    name = ascii_letters(address.surname) if surname else ""
    return (
        name
        or ascii_letters(account_name(address))
        or ascii_letters(shopper.email.partition("@")[0])
        or _NO_NAME
    )
