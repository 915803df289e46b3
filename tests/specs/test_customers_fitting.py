"""What of a name and an address survives in Sage, and that nothing of an address is lost unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_connector.posting.fitting import account_name, address_lines, ascii_letters, fit, fit_address, plain
from tests.specs.customer_examples import living_at


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Größe – “Éire” €5", "Größe – “Éire” €5"),
        ("Łódź, Šibenik", "Lódz, Šibenik"),
        ("ﬁne ½ ①", "fine ½ 1"),
        ("Юлия Щёкина", "Iuliia Shchekina"),
        ("Київ", "Kiiv"),
        ("Αθήνα", "Athina"),
        ("Nguyễn", "Nguyen"),
        ("Zoe\u0308", "Zoë"),
        ("张伟", ""),
        ("Mug 🫖 blue", "Mug blue"),
        ("two\nlines\tand\x07 bells", "two lines and bells"),
        ("  spaced   out ", "spaced out"),
    ],
)
def test_what_windows_1252_has_is_kept_and_the_rest_made_plain(typed: str, kept: str) -> None:
    assert plain(typed) == kept
    plain(typed).encode("cp1252")


@given(st.text())
def test_every_text_survives_in_sages_files_on_one_line(typed: str) -> None:
    kept = plain(typed)
    kept.encode("cp1252")
    assert kept == plain(kept)
    assert "\n" not in kept
    assert "  " not in kept


def test_text_is_cut_at_its_length_and_not_left_with_a_space() -> None:
    assert fit("twelve chars and more", 13) == "twelve chars"


def test_letters_for_a_reference_are_a_to_z() -> None:
    assert ascii_letters("Crème & Brûlée 24 ß Þór") == "CREMEBRULEESSTHOR"


def test_two_street_lines_that_fit_stay_as_typed() -> None:
    assert address_lines(living_at(street=("Flat 2", "9 High Street")))[:2] == ("Flat 2", "9 High Street")


def test_more_are_run_together_and_split_at_words() -> None:
    street = ("The Old Chandlery Building", "Unit 14 Third Floor", "North Quay Enterprise Park")
    assert address_lines(living_at(street=street))[:2] == (
        "The Old Chandlery Building, Unit 14 Third Floor, North Quay",
        "Enterprise Park",
    )


def test_a_street_of_three_lines_has_town_and_county_on_the_fourth() -> None:
    street = ("The Old Chandlery Building", "Unit 14 Third Floor", "Northquay " * 10)
    fitted = fit_address(living_at(street=street))
    assert fitted.lines == (
        "The Old Chandlery Building, Unit 14 Third Floor, Northquay",
        "Northquay Northquay Northquay Northquay Northquay Northquay",
        "Northquay Northquay Northquay",
        "Zennor, Cornwall",
        "TR26 3DA",
    )
    assert fitted.left_out == ()


def test_a_street_that_is_longer_still_is_told() -> None:
    fitted = fit_address(living_at(street=("Northquay " * 20,)))
    assert fitted.lines[3:] == ("Zennor, Cornwall", "TR26 3DA")
    assert fitted.left_out == ("Northquay Northquay",)


def test_a_long_street_never_pushes_a_long_place_off_its_lines() -> None:
    """Town and county do not fit on one line, so the street keeps two, and its rest is told."""
    fitted = fit_address(living_at(street=("Northquay " * 13,), town="T" * 40, county="C" * 40))
    assert fitted.lines[2:4] == ("T" * 40, "C" * 40)
    assert fitted.left_out == ("Northquay",)


def test_a_word_longer_than_a_line_is_broken_and_nothing_of_it_is_lost() -> None:
    first, second = address_lines(living_at(street=("x" * 70,)))[:2]
    assert (len(first), len(second)) == (60, 10)


def test_town_county_and_postcode_have_their_own_lines() -> None:
    fitted = fit_address(living_at(town="T" * 80, county="", postcode="tr26 3da"))
    assert fitted.lines[2:] == ("T" * 60, "", "TR26 3DA")
    assert fitted.left_out == ("T" * 80,)


def test_an_address_without_a_street_has_empty_lines() -> None:
    assert address_lines(living_at(street=()))[:2] == ("", "")


def test_the_company_is_the_accounts_name_unless_nothing_of_it_survives() -> None:
    assert account_name(living_at(company="茶 茶")) == "Ann Penrose"


words = st.text("abcdefghij", min_size=1, max_size=70)
texts = st.lists(words, max_size=12).map(" ".join)


@given(st.lists(texts, max_size=4), texts, texts, texts)
def test_no_word_of_an_address_is_lost_unseen(
    street: list[str], town: str, county: str, postcode: str
) -> None:
    """Each text stands in the lines, in what is left out, or runs from those into this."""
    address = living_at(street=tuple(street), town=town, county=county, postcode=postcode)
    fitted = fit_address(address)
    assert all(len(line) <= 60 for line in fitted.lines)
    shown = [
        "".join((*fitted.lines[:count], *fitted.left_out)).replace(" ", "").replace(",", "")
        for count in (2, 3, 5)
    ]
    for text in (*street, town, county):
        assert any(text.replace(" ", "") in one for one in shown)
    assert postcode.replace(" ", "").upper() in shown[-1].upper()
