"""What a spreadsheet gets."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from psa_reports.http.csv_files import cell, to_csv


@dataclass(frozen=True)
class Row:
    """One row of a report."""

    name: str | None
    net_cents: int
    share: Decimal | None
    day: date


DAY = date(2026, 7, 1)


def test_a_file_has_a_mark_semicolons_crlf_and_decimal_commas() -> None:
    content = to_csv(Row, [Row("Müller", -4833, Decimal("79.2"), DAY)])

    assert content == (
        b"\xef\xbb\xbfname;net_cents;share;day\r\nM\xc3\xbcller;-4833;79,2;2026-07-01\r\n"
    )


def test_without_rows_there_are_the_names_of_the_columns() -> None:
    assert to_csv(Row, []) == b"\xef\xbb\xbfname;net_cents;share;day\r\n"


def test_text_with_the_signs_of_the_file_is_quoted() -> None:
    content = to_csv(Row, [Row('A; "B"\nC', 0, None, DAY)]).decode("utf-8-sig")

    assert content.splitlines()[1] == '"A; ""B""'
    assert content.endswith('C";0;;2026-07-01\r\n')


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://evil.example")',
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\uff1d1",
    ],
)
def test_text_never_becomes_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("T-1001", "T-1001"),
        (-4833, "-4833"),
        (Decimal("-0.5"), "-0,5"),
        (None, ""),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_what_is_no_formula_stays_as_it_is(value: object, expected: str) -> None:
    assert cell(value) == expected
