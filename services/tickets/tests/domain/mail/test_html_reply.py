"""HTML is shown only where it says everything that was said, and nothing that was quoted."""

import time

import pytest

from psa_tickets.domain.mail.html_reply import HTML_CHARACTERS_MAX, html_saying

OWN = "<p>Hat <b>geholfen</b>, danke.</p>"
SAID = "Hat *geholfen*, danke."
QUOTED = "<p>Starten Sie den Drucker neu.</p>"


@pytest.mark.parametrize(
    "quote",
    [
        f"<blockquote type='cite'>{QUOTED}</blockquote>",
        f'<div class="gmail_quote gmail_quote_container"><div>Am 3.6. schrieb:</div>{QUOTED}</div>',
        f'<div class="moz-cite-prefix">Am 3.6. schrieb Tom:</div>{QUOTED}',
        f'<div id="appendonsend"></div><hr>{QUOTED}',
        f'<div dir="ltr" id="divRplyFwdMsg"><b>Von:</b> Tom</div>{QUOTED}',
        f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><b>Von:</b> Tom</div>{QUOTED}',
        f"##- Bitte antworten Sie oberhalb dieser Zeile / Please reply above this line -##{QUOTED}",
    ],
)
def test_the_quote_of_every_common_program_is_cut_off(quote: str) -> None:
    assert html_saying(OWN + quote, SAID, is_whole=False) == OWN


def test_a_mail_of_which_nothing_was_trimmed_is_shown_whole() -> None:
    html = f"{OWN}<blockquote>Zitat</blockquote>"

    assert html_saying(html, f"{SAID}\n\n> Zitat", is_whole=True) == html


def test_an_answer_below_its_quote_is_shown_as_text() -> None:
    html = f"<blockquote>{QUOTED}</blockquote>{OWN}"

    assert html_saying(html, SAID, is_whole=False) is None


def test_without_a_quote_that_we_know_a_trimmed_answer_is_shown_as_text() -> None:
    assert html_saying(OWN + QUOTED, SAID, is_whole=False) is None


def test_html_that_keeps_something_back_is_not_shown() -> None:
    assert html_saying("<p>Alles gut.</p>", "Alles kaputt.", is_whole=True) is None


def test_what_programs_write_for_links_and_pictures_is_nobodys_words() -> None:
    said = "Siehe Anleitung<https://a.example/b> [cid:logo@x] [Logo der Firma]"
    html = '<p>Siehe <a href="https://a.example/b">Anleitung</a><img src="cid:logo@x"></p>'

    assert html_saying(html, said, is_whole=True) == html


def test_endless_html_is_not_shown() -> None:
    html = "<p>a</p>" * HTML_CHARACTERS_MAX

    assert html_saying(html, "a", is_whole=True) is None


def test_hostile_html_takes_no_time() -> None:
    html = "<div class='" * (HTML_CHARACTERS_MAX // 12)
    began = time.perf_counter()

    html_saying(html, "a", is_whole=False)

    assert time.perf_counter() - began < 2
