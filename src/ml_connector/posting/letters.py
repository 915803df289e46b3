"""Greek and Cyrillic in Latin letters, so that a name survives in Sage's one-byte files.

One letter at a time, as passports of those countries do for the most part. Scripts whose letters cannot be
read one by one (Chinese, Arabic, Hebrew …) are left alone: a wrong name is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping

_GREEK = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o"
)
_CYRILLIC = (
    "а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch "
    "ш sh щ shch ъ - ы y ь - э e ю iu я ia є ie і i ї i ґ g ђ dj ј j љ lj њ nj ћ c џ dz ў u ѓ g ќ k ѕ dz"
)
_OTHERS = "ł l đ d ħ h ŧ t ı i ŋ n ə e ɛ e ĸ k"


def _table(*texts: str) -> Mapping[int, str]:
    made: dict[int, str] = {}
    for text in texts:
        words = text.split(" ")
        for letter, latin in zip(words[::2], words[1::2], strict=True):
            plain = "" if latin == "-" else latin
            made[ord(letter)] = plain
            if letter.upper() != letter and len(letter.upper()) == 1:
                made.setdefault(ord(letter.upper()), plain.capitalize())
    return made


LATIN = _table(_GREEK, _CYRILLIC, _OTHERS)
"""For `str.translate`: letter → Latin letters."""

A_TO_Z = {**LATIN, **_table("æ ae ø o þ th ð d œ oe ß ss")}
"""The same, with the letters that Sage's files hold and an A/C reference must not have."""
