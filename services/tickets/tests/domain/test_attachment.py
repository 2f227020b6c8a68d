"""What a file may be called, and what its first bytes say that it is."""

import io
import unicodedata
import zipfile

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain import attachment as rules
from psa_tickets.domain.attachment import (
    NAME_LENGTH_MAX,
    PER_TICKET_MAX,
    KindBlocked,
    TooMany,
    TypeMismatch,
    check_count,
    check_kind,
    check_name,
    clean_name,
)
from psa_tickets.domain.file_kind import contradicts, kind_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
EXE = b"MZ\x90\x00" + bytes(64)
OOXML = "application/vnd.openxmlformats-officedocument."


def an_archive(**entries: str) -> bytes:
    """Return a ZIP archive; `__` in a name stands for a slash."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("__", "/"), text)
    return content.getvalue()


def an_office_file(part: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("Rechnung März.pdf", "Rechnung März.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\foto.png", "foto.png"),
        ("a\0.php", "a.php"),
        ("\u200bfoto.png", "foto.png"),
        ("foto\u202egnp.exe", "fotognp.exe"),
        ("Mu\u0308ller.txt", "Müller.txt"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("a.exe. . ", "a.exe"),
        ("bericht.bat::$DATA", "$DATA"),
        ('a<b>"c|d?e*.txt', "a_b__c_d_e_.txt"),
        ("x" * 4_000 + ".pdf", "x" * 196 + ".pdf"),
        ("", "Anhang"),
        ("\u200b\u202e", "Anhang"),
        ("..", "Anhang"),
    ],
)
def test_a_name_is_cleaned(raw: str, cleaned: str) -> None:
    assert clean_name(raw) == cleaned


@given(st.text(max_size=400))
def test_whatever_a_name_is_made_of_it_becomes_safe_and_stays_so(raw: str) -> None:
    name = clean_name(raw)

    assert 0 < len(name) <= NAME_LENGTH_MAX
    assert not set(name) & set('/\\:<>"|?*')
    assert all(unicodedata.category(one) not in rules.UNSEEN for one in name)
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["a.exe", "a.PHP", "rechnung.pdf.js", "x.html", "x.svg", ".htaccess", ".env", "a.lnk", "x.iso"],
)
def test_what_could_be_run_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(KindBlocked):
        check_name(name)


@pytest.mark.parametrize("name", ["a.pdf", "Protokoll", "a.zip", "log.txt", "exe", "mail.eml"])
def test_ordinary_names_pass(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("head", "suffix", "kind"),
    [
        (PNG, "exe", "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(64), "", "image/jpeg"),
        (b"%PDF-1.7\n", "", "application/pdf"),
        (EXE, "png", "application/x-msdownload"),
        (b"\x7fELF" + bytes(64), "", "application/x-executable"),
        (b"#!/bin/sh\nrm -rf /\n", "txt", "text/x-script"),
        (b"  <!DOCTYPE html><html>", "txt", "text/html"),
        (b"\xef\xbb\xbf<script>alert(1)</script>", "txt", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "png", "image/svg+xml"),
        (b"<!-- x --><svg onload=alert(1)>", "txt", "image/svg+xml"),
        (b"Im Ticket steht <html> so.", "txt", "text/plain"),
        (b"a;b\n1;2\n", "csv", "text/csv"),
        (b'{"a": 1}', "json", "application/json"),
        (b"<?xml version='1.0'?><rechnung/>", "xml", "application/xml"),
        ("Störung".encode("cp1252"), "log", "text/plain"),
        ("\ufeffStörung".encode("utf-16"), "txt", "text/plain"),
        (an_archive(readme="x"), "zip", "application/zip"),
        (an_office_file("word/document.xml"), "docx", OOXML + "wordprocessingml.document"),
        (an_office_file("xl/workbook.xml"), "xlsx", OOXML + "spreadsheetml.sheet"),
        (an_office_file("ppt/presentation.xml"), "pptx", OOXML + "presentationml.presentation"),
        (
            an_archive(mimetype="application/vnd.oasis.opendocument.text"),
            "odt",
            "application/vnd.oasis.opendocument.text",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "doc", "application/msword"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "", "application/x-ole-storage"),
        (b"\x01\x02\x03\x00\x04", "dat", "application/octet-stream"),
    ],
)
def test_the_first_bytes_say_what_a_file_is(head: bytes, suffix: str, kind: str) -> None:
    assert kind_of(head, suffix) == kind


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["", "txt", "png", "docx"]))
def test_no_bytes_can_disturb_the_look_at_them(head: bytes, suffix: str) -> None:
    assert "/" in kind_of(head, suffix)


@pytest.mark.parametrize(
    ("claimed", "found", "lie"),
    [
        ("", "image/png", False),
        ("application/octet-stream", "image/png", False),
        ("image/png", "image/png", False),
        ("image/png; name=x", "image/jpeg", False),
        ("image/png", "application/x-msdownload", True),
        ("image/png", "application/pdf", True),
        ("image/png", "application/octet-stream", True),
        ("image/png", "text/plain", True),
        ("application/pdf", "text/html", True),
        ("application/pdf", "application/zip", True),
        ("text/plain", "text/csv", False),
        ("text/plain", "application/json", False),
        ("text/plain", "application/x-msdownload", True),
        (OOXML + "wordprocessingml.document", "application/zip", False),
        ("application/msword", OOXML + "wordprocessingml.document", False),
        ("application/x-cad", "application/octet-stream", False),
        ("nonsense", "image/png", False),
    ],
)
def test_a_claim_that_the_bytes_contradict_is_a_lie(claimed: str, found: str, lie: bool) -> None:
    assert contradicts(claimed, found) is lie


def test_a_lie_is_refused_before_the_kind_is() -> None:
    with pytest.raises(TypeMismatch):
        check_kind("foto.png", "image/png", "application/x-msdownload")
    with pytest.raises(KindBlocked):
        check_kind("foto.png", "", "application/x-msdownload")


def test_a_ticket_holds_so_many_files_and_no_more() -> None:
    check_count(PER_TICKET_MAX - 1)
    with pytest.raises(TooMany):
        check_count(PER_TICKET_MAX)
