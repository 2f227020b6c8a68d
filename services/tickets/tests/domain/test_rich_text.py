"""HTML becomes harmless, keeps its words, and quickly; text can be read from it."""

import re

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.rich_text import sanitised, text_of
from psa_tickets.domain.words import WordsMissing, spoken

NONE: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="file:///c:/windows">x</a>',
        '<a href="//evil.example/x">x</a>',
        '<a href="/api/v1/logout">x</a>',
        '<a href="cid:logo">x</a>',
        '<p style="background:url(https://evil.example/p)">x</p>',
        '<iframe src="https://evil.example"></iframe>',
        '<object data="https://evil.example"></object><embed src="https://evil.example">',
        '<form action="https://evil.example"><input name=password></form>',
        '<meta http-equiv=refresh content="0;url=https://evil.example">',
        '<base href="https://evil.example/"><link rel=stylesheet href="https://evil.example">',
        '<img src="https://evil.example/pixel.gif" srcset="https://evil.example/2x 2x">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="cid:unknown">',
        '<video src="https://evil.example" poster="https://evil.example"></video>',
        '<table background="https://evil.example/p"><tr><td>x</td></tr></table>',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<!--[if IE]><script>alert(1)</script><![endif]-->",
    ],
)
def test_nothing_acts_follows_or_calls_out(markup: str) -> None:
    shown = sanitised(markup, pictures=NONE)

    tags = " ".join(re.findall(r"<[^>]*>", shown)).lower()
    assert not re.search(r"script|onerror|onload|evil|src=|href=|style|javascript|data:", tags)


@given(st.text(max_size=300))
def test_sanitising_twice_changes_nothing_more(markup: str) -> None:
    once = sanitised(markup, pictures=NONE)

    assert sanitised(once, pictures=NONE) == once


def test_an_ordinary_reply_stays_as_it_is() -> None:
    markup = (
        "<p>Guten Tag,<br>es <strong>läuft</strong> wieder.</p><ul><li>eins</li></ul>"
        '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'
    )

    assert sanitised(markup, pictures=NONE) == markup


def test_a_link_tells_the_other_side_nothing() -> None:
    shown = sanitised('<a href="https://example.com/?a=1">hier</a>', pictures=NONE)

    assert shown == (
        '<a href="https://example.com/?a=1" rel="noopener noreferrer nofollow">hier</a>'
    )


def test_an_attached_picture_stays() -> None:
    markup = '<img src="cid:logo@x" alt="Logo"><img src="cid:other@x" alt="Anderes">'

    assert sanitised(markup, pictures={"logo@x"}) == (
        '<img src="cid:logo@x" alt="Logo"><img alt="Anderes">'
    )


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "markup",
    [
        "<b>x</b>" * 20_000,
        "<div>" * 20_000,
        "<div></b>" * 20_000,
        "<span>" * 10_000 + "<div></div>" * 20_000,
        "<div>" * 490 + "<div></div>" * 20_000,
        "<p><img src='cid:a'>" * 10_000,
        "<a href=x>" * 20_000,
    ],
    ids=["flat", "nested", "crossed", "mixed", "deep", "pictures", "links"],
)
def test_twenty_thousand_tags_do_not_stop_a_request(markup: str) -> None:
    """A parser whose work grows with the square takes minutes; the limit is for a hang only."""
    shown = sanitised(markup, pictures={"a"})

    assert text_of(shown).count("x") == markup.count(">x<")


def test_what_is_nested_absurdly_deep_keeps_its_words() -> None:
    markup = "<div>" * 600 + "<p>a &lt; b</p><script>c</script>" + "</div>" * 600

    assert sanitised(markup, pictures=NONE) == "a &lt; b<br>c"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Guten  Tag,</p>\n<p>es geht.</p>", "Guten Tag,\nes geht."),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>eins</li><li>zwei</li></ul>", "- eins\n- zwei"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\tb"),
        ("1 &lt; 2 &amp;&amp; x&nbsp;y", "1 < 2 && x y"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("<style>p{}</style><script>x</script>Text", "Text"),
        ("<p>a</p><p></p><p></p><p></p><p>b</p>", "a\n\nb"),
    ],
)
def test_text_is_read_from_html(markup: str, text: str) -> None:
    assert text_of(sanitised(markup, pictures=NONE)) == text


def test_words_are_the_text_that_was_sent_or_what_the_html_says() -> None:
    assert spoken("Text", "<p>HTML</p>") == "Text"
    assert spoken(None, "<p>HTML</p>") == "HTML"
    assert spoken(None, '<img src="cid:a">') == "[Bild]"


@pytest.mark.parametrize(("body", "shown"), [(None, None), (None, ""), (None, "<p> </p>")])
def test_saying_nothing_is_refused(body: str | None, shown: str | None) -> None:
    with pytest.raises(WordsMissing):
        spoken(body, shown)
