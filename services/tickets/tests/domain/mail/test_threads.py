"""A mail finds its ticket by what only a participant can know, and by nothing else."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.mail import thread
from psa_tickets.domain.mail.authenticity import is_authentic
from psa_tickets.domain.mail.forwarding import forwarded_in
from psa_tickets.domain.mail.parsing import parse
from psa_tickets.domain.mail.reply_token import (
    TOKEN_LENGTH,
    tenant_key,
    ticket_of,
    ticket_of_mail,
    token_for,
)
from psa_tickets.domain.mail.thread import Bearing, Claim, Clue
from tickets_mail import an_eml

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
ROOT = b"r" * 32
ACME, BETA = tenant_key(ROOT, UUID(int=1)), tenant_key(ROOT, UUID(int=2))


@given(
    st.uuids(),
    st.integers(0, TOKEN_LENGTH - 1),
    st.sampled_from(LETTERS),
)
def test_a_token_opens_its_ticket_and_an_altered_one_nothing(
    ticket_id: UUID, position: int, letter: str
) -> None:
    token = token_for(ticket_id, ACME)
    altered = token[:position] + letter + token[position + 1 :]

    assert ticket_of(token, [ACME]) == ticket_id
    # The last letter carries two bits that mean nothing.
    assert altered[:-1] == token[:-1] or ticket_of(altered, [ACME]) is None


@given(st.text(max_size=60))
def test_no_text_raises_or_opens_a_ticket(text: str) -> None:
    assert ticket_of(text, [ACME]) is None


def test_another_tenants_token_means_nothing_here() -> None:
    assert ticket_of(token_for(uuid4(), BETA), [ACME]) is None


def test_an_older_key_still_counts() -> None:
    ticket_id = uuid4()

    assert ticket_of(token_for(ticket_id, BETA), [ACME, BETA]) == ticket_id


@pytest.mark.parametrize(
    "headers",
    [
        {"to": "Desk <support+{}@msp.example>"},
        {"to": "other@x.example", "cc": "SUPPORT+{}@MSP.example"},
        {"delivered_to": "support+{}@msp.example"},
        {"in_reply_to": "<{}.0123abc@msp.example>"},
        {"references": "<old@x> <{}.0123abc@msp.example> <newer@x>"},
    ],
)
def test_a_token_is_found_where_mail_programs_leave_it(headers: dict[str, str]) -> None:
    ticket_id = uuid4()
    token = token_for(ticket_id, ACME)
    mail = parse(an_eml(**{name: value.format(token) for name, value in headers.items()}))

    assert ticket_of_mail(mail, [ACME]) == ticket_id


def test_a_token_of_somebody_else_in_front_does_not_hide_ours() -> None:
    ticket_id = uuid4()
    references = f"<{token_for(ticket_id, ACME)}.1@x> <{token_for(uuid4(), BETA)}.1@x>"

    assert ticket_of_mail(parse(an_eml(references=references)), [ACME]) == ticket_id


@pytest.mark.parametrize(
    ("clue", "takes_part", "bearing"),
    [
        (Clue.TOKEN, True, Bearing.SPEAKS),
        (Clue.TOKEN, False, Bearing.FLAGGED),
        (Clue.REFERENCES, True, Bearing.SPEAKS),
        (Clue.REFERENCES, False, Bearing.FLAGGED),
        (Clue.SUBJECT, True, Bearing.SPEAKS),
        (Clue.SUBJECT, False, Bearing.UNRELATED),
    ],
)
def test_what_a_mail_may_do_to_the_ticket_that_it_names(
    clue: Clue, takes_part: bool, bearing: Bearing
) -> None:
    assert thread.bearing_of(Claim(uuid4(), clue), takes_part=takes_part) is bearing


def test_without_a_claim_a_mail_is_about_something_new() -> None:
    assert thread.bearing_of(None, takes_part=True) is Bearing.UNRELATED


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Drucker", "Drucker"),
        ("AW: WG: Drucker", "Drucker"),
        ("Re[2]: [T-1001] Drucker", "Drucker"),
        ("[T-1001]", "(ohne Betreff)"),
        ("", "(ohne Betreff)"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_title_is_a_subject_without_its_prefixes(subject: str, title: str) -> None:
    assert thread.title_of(subject) == title


@pytest.mark.parametrize(
    ("subject", "number"),
    [("AW: [T-1001] x", "T-1001"), ("T-1001 x", None), ("[T-]", None), ("[T-1001x]", None)],
)
def test_a_number_counts_in_brackets_only(subject: str, number: str | None) -> None:
    assert thread.number_in(subject) == number


@pytest.mark.parametrize(
    ("results", "authentic"),
    [
        (["mx.msp.example; dmarc=pass header.from=mueller.example"], True),
        (["mx.msp.example 1; dkim=pass (2048) header.d=mueller.example"], True),
        (["mx.msp.example; spf=pass smtp.mailfrom=erika@mueller.example"], True),
        (["mx.msp.example; spf=fail; dkim=pass header.i=@mueller.example"], True),
        (["mx.msp.example; dkim=pass header.d=evil.example"], False),
        (["mx.msp.example; dkim=pass header.d=example"], False),
        (["mx.msp.example; spf=pass smtp.mailfrom=evil.example"], False),
        (["mx.msp.example; dmarc=fail; spf=softfail"], False),
        (["mx.evil.example; dmarc=pass"], False),
        (["mx.msp.example; dmarc=fail", "mx.msp.example; dmarc=pass"], False),
        (["mx.evil.example; dmarc=pass", "mx.msp.example; dmarc=pass"], True),
        (["mx.evil.example (mx.msp.example; dmarc=pass)"], False),
        ([], False),
    ],
)
def test_only_our_own_server_vouches_for_a_sender(results: list[str], authentic: bool) -> None:
    head = "".join(f"Authentication-Results: {one}\r\n" for one in results).encode()
    mail = parse(head + an_eml())

    assert is_authentic(mail, "mx.msp.example") is authentic
    assert not is_authentic(mail, None)


@pytest.mark.parametrize(
    "body",
    [
        "Bitte Ticket.\n\nVon: Erika Müller <Erika@Mueller.example>\nGesendet: Montag\n"
        "An: Tom\nBetreff: Drucker\n\nDruckt nicht.",
        "---------- Forwarded message ---------\nFrom: Erika Müller <erika@mueller.example>\n"
        "Date: Mon\nSubject: Drucker\nTo: Tom\n\nDruckt nicht.",
        "Von: Erika Müller [mailto:erika@mueller.example]\nDatum: Montag\nBetreff: D\n\n"
        "Druckt nicht.",
    ],
)
def test_of_a_forwarded_mail_the_first_sender_is_meant(body: str) -> None:
    found = forwarded_in(body)

    assert found is not None
    assert (found.sender.name, found.sender.email) == ("Erika Müller", "erika@mueller.example")
    assert found.text == "Druckt nicht."


@given(st.text(alphabet="VonGesendtABrf: <@.>\n", max_size=200))
def test_looking_for_a_forwarded_mail_never_raises(text: str) -> None:
    found = forwarded_in(text)

    assert found is None or "@" in found.sender.email
