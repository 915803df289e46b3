"""The files of a company as tables of fields, written from the facts in reference sage50_uk_sdo.md §3.

Not complete: every field that an order connector sets or reads, and enough of the rest to be plausible.
"""
