"""How words are compared, and how a text shows what was looked for."""

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.found_words import excerpt, fold, words_of


@pytest.mark.parametrize("word", ["Störung", "Stoerung", "STORUNG", "sto\u0308rung"])
def test_spellings_of_one_word_are_one(word: str) -> None:
    assert fold(word) == "storung"


@pytest.mark.parametrize(
    ("word", "folded"), [("Straße", "strasse"), ("neue", "neue"), ("Quelle", "quelle")]
)
def test_only_transcribed_umlauts_lose_their_e(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_what_is_no_letter_separates_words() -> None:
    assert words_of("SRV-02, <b>läuft</b>_nicht") == ("srv", "02", "b", "lauft", "b", "nicht")


@pytest.mark.parametrize("sought", ["Drucker", "druckern", "NETZWERKDRUCKER", "netz"])
def test_a_word_is_marked_whole(sought: str) -> None:
    fragments = excerpt("Der Netzwerkdrucker.", sought, length_max=100)

    assert [one.text for one in fragments if one.matches] == ["Netzwerkdrucker"]


def test_an_excerpt_is_about_what_was_looked_for() -> None:
    text = "Guten Tag. " * 100 + "Der Drucker klemmt. " + "Viele Grüße. " * 100

    fragments = excerpt(text, "drucker klemmt", length_max=80)

    assert [one.text for one in fragments if one.matches] == ["Drucker", "klemmt"]
    assert sum(len(one.text) for one in fragments) <= 80


@given(st.text(max_size=300), st.text(max_size=40), st.integers(1, 120))
def test_fragments_are_the_text_itself(text: str, sought: str, length_max: int) -> None:
    fragments = excerpt(text, sought, length_max=length_max)

    whole = "".join(one.text for one in fragments)
    assert whole in text
    assert len(whole) == min(len(text), length_max)


@given(st.text(max_size=60))
def test_folding_again_changes_no_plain_word(text: str) -> None:
    for word in words_of(text):
        assert word == word.casefold()
