"""Our own mails: words of a template, nobody's markup, and headers of one line."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.mail.delivery import GIVE_UP_AFTER, next_try
from psa_tickets.domain.mail.trimming import trimmed
from psa_tickets.domain.mail.wording import UnknownName, letter

NOW = datetime(2026, 6, 3, 14, 30, tzinfo=UTC)
TEMPLATE = "[{{ number }}] {{ title }}\n{{ words }}\n\nIhr Desk"


def _values(**values: str) -> dict[str, str]:
    return {"number": "T-1001", "title": "Drucker", "words": "Geht wieder.", **values}


def test_a_letter_has_subject_text_and_html() -> None:
    made = letter(TEMPLATE, _values(), answerable=False)

    assert made.subject == "[T-1001] Drucker"
    assert made.text == "Geht wieder.\n\nIhr Desk\n"
    assert "<p>Geht wieder.</p>" in made.html


def test_markup_in_words_stays_words() -> None:
    made = letter(TEMPLATE, _values(words='<script>alert("x")</script> & mehr'), answerable=False)

    assert "<script" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "<script>" in made.text


def test_a_link_can_be_followed_and_opens_no_attribute() -> None:
    words = 'siehe https://desk.example/a"onclick=x'

    made = letter(TEMPLATE, _values(words=words), answerable=False)

    assert '<a href="https://desk.example/a">' in made.html
    assert '"onclick' not in made.html


def test_what_stands_in_a_value_is_not_replaced_again() -> None:
    made = letter(TEMPLATE, _values(words="{{ secret }} {{ title }}"), answerable=False)

    assert "{{ secret }} {{ title }}" in made.text


def test_a_mistake_in_a_template_is_named() -> None:
    with pytest.raises(UnknownName, match="titel"):
        letter("{{ titel }}\nx", _values(), answerable=False)


def test_an_answer_to_an_answerable_letter_shows_the_new_words_only() -> None:
    ours = letter(TEMPLATE, _values(), answerable=True).text

    assert trimmed(f"Danke!\n\n{ours}") == "Danke!"


@given(st.text(max_size=300))
def test_no_title_breaks_out_of_the_subject(title: str) -> None:
    subject = letter(TEMPLATE, _values(title=title), answerable=False).subject

    assert not re.search(r"[\x00-\x1f\x7f]", subject)
    assert len(subject.splitlines()) == 1
    assert len(subject) <= 250


@given(st.integers(1, 100), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_try_comes_later_each_time_and_never_after_a_day(attempts: int, age: timedelta) -> None:
    now = NOW + age

    again = next_try(attempts=attempts, created_at=NOW, now=now)

    assert again is None or now < again <= NOW + GIVE_UP_AFTER
    assert again is not None or age > GIVE_UP_AFTER - timedelta(hours=4)
