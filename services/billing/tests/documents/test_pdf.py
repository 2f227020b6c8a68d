"""The PDF: the same bytes each time, what it shows, and that no text becomes markup."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from billing_documents import MUELLER, RHEINSYSTEME, a_line, an_invoice
from psa_billing.documents.pdf import TextNotPrintable, write_pdf
from psa_billing.domain.invoice import Address, Invoice
from psa_billing.domain.proposal import Unit
from psa_billing.domain.vat import VatCategory


def pages_of(invoice: Invoice) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(write_pdf(invoice))).pages]


def text_of(invoice: Invoice) -> str:
    return " ".join(" ".join(pages_of(invoice)).split())


def test_the_same_invoice_gives_the_same_bytes_in_any_thread() -> None:
    with ThreadPoolExecutor(4) as pool:
        documents = set(pool.map(write_pdf, [an_invoice()] * 8))

    assert len(documents) == 1


def test_the_document_says_that_it_is_pdf_a_3b() -> None:
    metadata = PdfReader(BytesIO(write_pdf(an_invoice()))).xmp_metadata

    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("3", "B")


@pytest.mark.parametrize(
    "statement",
    [
        "Rechnung RE-2026-000001",
        "Müller Maschinenbau GmbH",
        "03.06.2026–31.07.2026",
        "Managed Server, Juli 2026",
        "3 Stk.",
        "1,75 Std.",
        "660,75 €",
        "Umsatzsteuer 19 % auf 660,75",
        "125,54 €",
        "786,29 €",
        "ohne Abzug bis zum 15.07.2026",
        "DE89 3704 0044 0532 0130 00",
        "USt-IdNr. DE123456788",
        "Seite 1 von 1",
    ],
)
def test_the_invoice_shows_what_the_law_and_the_payer_need(statement: str) -> None:
    assert statement in text_of(an_invoice())


def test_many_lines_go_on_over_numbered_pages_that_repeat_the_head_of_the_table() -> None:
    pages = pages_of(an_invoice(*(a_line(position) for position in range(1, 41))))

    assert len(pages) > 1
    assert all("Einzelpreis" in page for page in pages[:-1])
    assert f"Seite {len(pages)} von {len(pages)}" in pages[-1]


def test_text_that_looks_like_markup_is_shown_as_it_is() -> None:
    title = '#panic("x") *fett* $x$ @ref <a> \\ // /* [b]'

    assert title in text_of(an_invoice(a_line(title=title)))


@pytest.mark.parametrize("character", ["日", "😀", "\u0007"])
def test_a_character_without_a_glyph_is_refused_by_name(character: str) -> None:
    with pytest.raises(TextNotPrintable):
        write_pdf(an_invoice(a_line(title=f"Server {character}")))


def test_a_price_for_sixty_minutes_says_so() -> None:
    line = a_line(quantity="100", unit=Unit.MINUTE, unit_price="1129.005", price_base_quantity=60)

    assert "1.129,005 je 60" in text_of(an_invoice(line))


def test_reverse_charge_is_stated() -> None:
    line = a_line(vat_category=VatCategory.REVERSE_CHARGE, vat_percent="0")

    assert "Steuerschuldnerschaft des Leistungsempfängers." in text_of(an_invoice(line))


def test_a_recipient_abroad_gets_the_country_in_the_address() -> None:
    vienna = Address(street="Ring 1", postal_code="1010", city="Wien", country="AT")

    assert "ÖSTERREICH" in text_of(an_invoice(buyer=replace(MUELLER, address=vienna)))


@pytest.mark.parametrize(
    "invoice",
    [
        an_invoice(seller=replace(RHEINSYSTEME, iban=None)),
        an_invoice(seller=replace(RHEINSYSTEME, iban="DE00")),
        an_invoice(a_line(quantity="-3")),
        replace(an_invoice(), currency="CHF"),
    ],
)
def test_there_is_no_payment_code_for_what_no_payment_code_can_hold(invoice: Invoice) -> None:
    assert "GiroCode" not in text_of(invoice)


@pytest.mark.parametrize("bic", ["COBADEFFXXX", "keine", None])
def test_there_is_a_payment_code_for_a_usual_invoice(bic: str | None) -> None:
    assert "GiroCode" in text_of(an_invoice(seller=replace(RHEINSYSTEME, bic=bic)))
