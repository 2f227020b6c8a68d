"""Machines are recognised, so that we never answer them (RFC 3834) and know what did not arrive."""

import pytest

from psa_tickets.domain.mail.automatic import Nature, failure_of, nature_of
from psa_tickets.domain.mail.parsing import parse
from tickets_mail import a_raw_eml, an_eml

REPORT = """--B
Content-Type: text/plain

Leider nicht.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; erika@mueller.example
Action: {action}
Status: {status}
--B
Content-Type: text/rfc822-headers

Message-ID: <ours@msp.example>
--B--
"""


@pytest.mark.parametrize(
    ("headers", "nature"),
    [
        ({}, Nature.PERSON),
        ({"auto_submitted": "no"}, Nature.PERSON),
        ({"auto_submitted": "auto-replied (vacation)"}, Nature.AUTO_REPLY),
        ({"auto_submitted": "auto-replied; owner-email=x"}, Nature.AUTO_REPLY),
        ({"auto_submitted": "auto-generated"}, Nature.BULK),
        ({"precedence": "bulk"}, Nature.BULK),
        ({"precedence": "LIST"}, Nature.BULK),
        ({"precedence": "junk"}, Nature.BULK),
        ({"precedence": "auto_reply"}, Nature.AUTO_REPLY),
        ({"precedence": "first-class"}, Nature.PERSON),
        ({"list_id": "<news.example>"}, Nature.BULK),
        ({"x_autoreply": "yes"}, Nature.AUTO_REPLY),
        ({"x_auto_response_suppress": "All"}, Nature.BULK),
        ({"x_auto_response_suppress": "DR, OOF, AutoReply"}, Nature.BULK),
        ({"x_auto_response_suppress": "RN, NRN"}, Nature.PERSON),
        ({"return_path": "<>"}, Nature.BULK),
        ({"return_path": "<erika@mueller.example>"}, Nature.PERSON),
        ({"subject": "Abwesenheitsnotiz: Drucker"}, Nature.AUTO_REPLY),
        ({"subject": "Automatische Antwort: [T-1001] Drucker"}, Nature.AUTO_REPLY),
        ({"subject": "Out of office: Drucker"}, Nature.AUTO_REPLY),
        ({"subject": "Der Automat antwortet nicht"}, Nature.PERSON),
        ({"sender": "MAILER-DAEMON@mx.example", "subject": "Unzustellbar: x"}, Nature.BOUNCE),
        ({"sender": "postmaster@mx.example", "subject": "Wartung am Freitag"}, Nature.BULK),
    ],
)
def test_what_stands_behind_a_mail(headers: dict[str, str], nature: Nature) -> None:
    assert nature_of(parse(an_eml(**headers))) is nature


@pytest.mark.parametrize(
    ("action", "nature"),
    [("failed", Nature.BOUNCE), ("delayed", Nature.DELAY), ("delivered", Nature.BULK)],
)
def test_a_delivery_report_says_what_became_of_our_mail(action: str, nature: Nature) -> None:
    head = "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=B"
    mail = parse(a_raw_eml(head, REPORT.format(action=action, status="5.1.1")))

    assert nature_of(mail) is nature
    assert mail.enclosed_ids == ("<ours@msp.example>",)
    assert failure_of(mail) == "5.1.1 erika@mueller.example"
