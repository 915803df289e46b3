"""Whose account a sale stands on: known, found, asked about, or made."""
