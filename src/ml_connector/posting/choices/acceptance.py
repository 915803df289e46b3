"""Who said yes to a choice that neither the shop nor Sage can tell us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Who said yes to a choice, and in what words; both empty where Sage itself told us."""

    by: str = ""
    note: str = ""
