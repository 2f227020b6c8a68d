"""
CSV for a spreadsheet on a German desk: byte order mark, semicolons, CRLF, decimal comma.

Without the mark Excel reads umlauts wrongly; with a decimal point it would take 12.5 for the
12th of May. Cents stay whole numbers, days and instants stay ISO 8601.
"""

import csv
import dataclasses
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

MARK = "\ufeff"
#: What a spreadsheet takes for a formula (OWASP, CSV injection), full-width twins included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def to_csv(row_type: Any, rows: Sequence[Any]) -> bytes:
    """Write the rows down, one column for each field of *row_type*, and a line of their names."""
    names = [field.name for field in dataclasses.fields(row_type)]
    text = io.StringIO()
    text.write(MARK)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([cell(getattr(row, name)) for name in names])
    return text.getvalue().encode()


def cell(value: object) -> str:
    """Return what stands in one cell; text never becomes a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
