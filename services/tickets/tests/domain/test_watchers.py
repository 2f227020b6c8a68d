"""Which addresses may watch a ticket: one plain one, and nothing that a mail header would read."""

from uuid import uuid4

import pytest

from psa_tickets.domain.relations.watchers import (
    WATCHERS_MAX,
    NoMailAddress,
    OneWatcher,
    TooManyWatchers,
    Who,
    one_watcher,
    plain_address,
    refuse_crowd,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Einkauf@Mueller-Maschinen.DE", "einkauf@mueller-maschinen.de"),
        ("a.b+c@sub.example.com", "a.b+c@sub.example.com"),
        ("o'neill@xn--mller-kva.example", "o'neill@xn--mller-kva.example"),
    ],
)
def test_a_plain_address_is_kept_in_lower_case(text: str, address: str) -> None:
    assert plain_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name@",
        "@example.com",
        "name@localhost",
        "name@example.com\n",
        "name@example.com\r\nBcc: all@example.com",
        "name@example.com, other@example.com",
        "name@example.com other@example.com",
        "Name <name@example.com>",
        '"a b"@example.com',
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a@-example.com",
        "a@example..com",
        "a@b@example.com",
        "a\x00@example.com",
        "a\u2028@example.com",
        "x" * 65 + "@example.com",
        "a@" + "x" * 64 + ".com",
        "a@" + "x." * 100 + "com",
    ],
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(NoMailAddress):
        plain_address(text)


@pytest.mark.parametrize(
    "who", [Who(), Who(contact_id=uuid4(), user_id=uuid4()), Who(user_id=uuid4(), email="a@b.de")]
)
def test_a_watcher_is_exactly_one_person_or_address(who: Who) -> None:
    with pytest.raises(OneWatcher):
        one_watcher(who)


def test_a_ticket_has_fifty_watchers_and_no_more() -> None:
    refuse_crowd("T-1001", WATCHERS_MAX)
    with pytest.raises(TooManyWatchers, match="51"):
        refuse_crowd("T-1001", WATCHERS_MAX + 1)
