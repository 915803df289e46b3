"""An edited order: the shop cancels it and makes a new one, and each names the other.

The documents of both are the shop's own and count as they are (reference: adobe_commerce.md §4.8).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The order that this one replaces, and the one that replaces it, by their ids; 0 where there is none."""

    replaces: int = 0
    replaced_by: int = 0
