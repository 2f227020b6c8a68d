"""A mail is read as far as it can be, and no bytes break or delay the reader."""

import time

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.mail.charsets import UNPRINTABLE
from psa_tickets.domain.mail.parsing import parse
from tickets_mail import a_raw_eml, an_eml

HEAD = b"From: a@b.example\r\nSubject: x\r\n"
#: Pieces that mails are made of, to be put together wrongly.
PIECES = st.sampled_from(
    [
        b"From: ", b"To: ", b"Subject: ", b"Message-ID: <", b">", b"a@b.example", b"\r\n", b"\n",
        b"\r", b"--B", b"--B--", b"boundary=B", b"Content-Type: multipart/mixed; ",
        b"Content-Type: message/rfc822", b"Content-Type: text/html; charset=", b"utf-7", b"rot13",
        b"Content-Type: message/delivery-status", b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: x-uuencode", b"begin 666 x", b"=?utf-8?q?=FF?=", b"=?x?b?/?=",
        b"<blockquote>", b"<!--", b"<script", b"\x00", b"\xff\xfe", b"name*0*=utf-8''%ff;", b'"',
        b"Content-Disposition: attachment; filename=", b"(", b"\\", b"   ", b"QUJD",
    ]
)  # fmt: skip


def _nested(depth: int) -> bytes:
    layers = (
        b"Content-Type: multipart/mixed; boundary=B%d\r\n\r\n--B%d\r\n" % (n, n)
        for n in range(depth)
    )
    return HEAD + b"".join(layers) + b"Content-Type: text/plain\r\n\r\nhallo\r\n"


HOSTILE = {
    "ten thousand parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
    + b"--B\r\n\r\nhallo\r\n" * 10_000,
    "a hundred levels": _nested(100),
    "ten thousand levels": _nested(10_000),
    "a hundred enclosed mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 100 + b"x",
    "ten thousand enclosed mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 10_000,
    "open tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a " * 200_000,
    "open comments": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 120_000,
    "open brackets in an address": b"From: " + b"(" * 20_000 + b"\r\n\r\nx",
    "encoded words without end": b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\nx",
    "two hundred thousand headers": b"X: y\r\n" * 200_000 + b"\r\nx",
    "parameters without end": b"Content-Type: text/plain; " + b"a*0*=x;" * 20_000 + b"\r\n\r\nx",
}


@given(st.lists(PIECES | st.binary(max_size=40), max_size=60).map(b"".join))
def test_no_bytes_raise_and_all_text_can_be_stored(raw: bytes) -> None:
    mail = parse(raw)

    texts = (mail.subject, mail.text, mail.html, mail.report, *(a.name for a in mail.attachments))
    assert not any(UNPRINTABLE.search(text) for text in texts)
    assert all(text.encode() is not None for text in texts)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_takes_less_than_two_seconds(name: str) -> None:
    started = time.perf_counter()

    parse(HOSTILE[name])

    assert time.perf_counter() - started < 2


def test_what_is_nested_too_deep_is_flagged_and_its_headers_are_read() -> None:
    mail = parse(HOSTILE["ten thousand levels"])

    assert mail.flaws == ("nested too deep",)
    assert mail.sender is not None
    assert (mail.sender.email, mail.subject) == ("a@b.example", "x")


def test_sender_subject_and_words_of_an_ordinary_mail() -> None:
    mail = parse(an_eml(in_reply_to="<two@x>", references="<one@x> <two@x>"))

    assert mail.sender is not None
    assert (mail.sender.name, mail.sender.email) == ("Erika Müller", "erika@mueller.example")
    assert mail.subject == "Drucker druckt nicht"
    assert mail.message_id == "<one@mueller.example>"
    assert mail.references == ("<two@x>", "<one@x>")
    assert "der Drucker im Einkauf" in mail.text
    assert mail.flaws == ()


@pytest.mark.parametrize(
    ("charset", "content"),
    [
        ("utf-8", "Grüße".encode()),
        ("iso-8859-1", "Grüße".encode("latin-1")),
        ("iso-8859-1", "Grüße".encode()),  # declared wrongly
        ("us-ascii", "Grüße".encode("cp1252")),
        ("x-unknown", "Grüße".encode("cp1252")),
        ("rot13", "Grüße".encode()),
        ("windows-1252", "Grüße".encode("cp1252")),
    ],
)
def test_umlauts_survive_whatever_charset_is_declared(charset: str, content: bytes) -> None:
    raw = a_raw_eml(f"From: a@b.example\nContent-Type: text/plain; charset={charset}", content)

    assert parse(raw).text == "Grüße"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?iso-8859-1?q?Gr=FC=DFe?= aus =?utf-8?q?K=C3=B6ln?=", "Grüße aus Köln"),
        ("=?utf-8?B?R3LDvMOfZQ=?=", "Grüße"),  # a padding too few
        ("=?utf-8?q?offen", "=?utf-8?q?offen"),
        ("=?x-nonsense?q?Text?=", "Text"),
        ("Gr\xfc\xdfe", "Grüße"),  # bytes without any declaration
        ("a\n\tb", "a b"),
    ],
)
def test_a_subject_is_decoded_as_far_as_it_can_be(written: str, read: str) -> None:
    raw = a_raw_eml(f"From: a@b.example\nSubject: {written}", "x")

    assert parse(raw).subject == read


def test_without_plain_text_the_html_is_read_and_nothing_hidden() -> None:
    html = (
        "<html><head><style>p{}</style><title>t</title></head><body><p>Guten&nbsp;Tag,</p>"
        "<script>alert(1)</script><div>Zeile&#32;zwei<br>drei</div><blockquote>alt</blockquote>"
    )
    raw = a_raw_eml("From: a@b.example\nContent-Type: text/html; charset=utf-8", html)

    assert parse(raw).text.splitlines() == ["Guten Tag,", "", "Zeile zwei", "drei", "", "> alt"]


def test_a_missing_boundary_loses_no_words() -> None:
    raw = a_raw_eml("From: a@b.example\nContent-Type: multipart/mixed", "--B\r\n\r\nhallo")

    mail = parse(raw)

    assert "hallo" in mail.text
    assert mail.flaws == ("broken structure",)


def test_an_invitation_and_an_enclosed_mail_are_attachments() -> None:
    body = (
        "--B\r\nContent-Type: text/plain\r\n\r\nhallo\r\n"
        "--B\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n"
        "--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <in@side>\r\n\r\ninnen\r\n--B--"
    )
    raw = a_raw_eml("From: a@b.example\nContent-Type: multipart/mixed; boundary=B", body)

    mail = parse(raw)

    assert mail.text.strip() == "hallo"
    assert [one.name for one in mail.attachments] == ["termin.ics", "nachricht.eml"]
    assert mail.enclosed_ids == ("<in@side>",)
    assert b"innen" in mail.attachments[1].content


def test_thirty_mebibytes_are_read_in_a_few_seconds() -> None:
    line = b"QUJD" * 19 + b"\r\n"
    head = (
        b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: application/pdf; "
        b"name=scan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    started = time.perf_counter()

    mail = parse(HEAD + head + line * 400_000 + b"--B--\r\n")

    assert [len(one.content) for one in mail.attachments] == [400_000 * 57]
    assert time.perf_counter() - started < 10
