"""What is shown of an answer: the new words, without the quoted mail and the signature."""

import pytest
from hypothesis import given, strategies as st

from psa_tickets.domain.mail.trimming import REPLY_LINE, trimmed

OUTLOOK = """Das Gerät geht wieder.

Von: Service Desk <support@msp.example>
Gesendet: Mittwoch, 3. Juni 2026 16:40
An: Erika Müller <erika@mueller.example>
Betreff: [T-1001] Warenwirtschaft langsam

Bitte prüfen Sie."""

CASES = {
    "German Outlook": (OUTLOOK, "Das Gerät geht wieder."),
    "English Outlook": (
        "Fine now.\n\nFrom: Desk\nSent: Monday\nTo: Erika\nSubject: x\n\nold",
        "Fine now.",
    ),
    "Outlook with a rule": (f"Ja.\n{'_' * 32}\n{OUTLOOK[24:]}", "Ja."),
    "Thunderbird": ("Ja.\n\nAm 03.06.26 um 16:40 schrieb Desk:\n> alt\n> älter", "Ja."),
    "Gmail in two lines": (
        "Ja.\n\nAm Mi., 3. Juni 2026 um 16:40 Uhr schrieb Desk\n<support@msp.example>:\n\n> x",
        "Ja.",
    ),
    "English attribution": ("Yes.\n\nOn Wed, Jun 3, 2026 at 4:40 PM Desk wrote:\n> old", "Yes."),
    "Apple": ("Ja.\n\nDesk <s@msp.example> schrieb am 03.06.2026 um 16:40:\n\nalt", "Ja."),
    "separator": ("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Desk\nalt", "Ja."),
    "signature": ("Ja.\n-- \nErika Müller\nEinkauf", "Ja."),
    "telephone": ("Ja.\n\nVon meinem iPhone gesendet", "Ja."),
    "our own line": (f"Ja.\n\n{REPLY_LINE}\nalt", "Ja."),
    "quote at the end": ("Ja.\n> alt\n>\n> älter\n", "Ja."),
    "answer below the quote": (
        "Am 03.06.26 um 16:40 schrieb Desk:\n> Geht es?\n\nJa, danke.",
        "Ja, danke.",
    ),
    "answers between the quoted lines stay with them": (
        "Am 03.06.26 um 16:40 schrieb Desk:\n> Eins?\nJa.\n> Zwei?\nNein.",
        "Am 03.06.26 um 16:40 schrieb Desk:\n> Eins?\nJa.\n> Zwei?\nNein.",
    ),
    "nothing new": ("> nur\n> Zitat", "> nur\n> Zitat"),
    "own words that look alike": (
        "Am Montag schrieb ich Ihnen:\nVon: hier an geht es nicht.\n- eins\n-- zwei",
        "Am Montag schrieb ich Ihnen:\nVon: hier an geht es nicht.\n- eins\n-- zwei",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_only_new_words_are_shown(name: str) -> None:
    text, shown = CASES[name]

    assert trimmed(text) == shown


@given(st.text(alphabet="ab>\n -:_VonAmschrieb1", max_size=300))
def test_something_is_always_shown_and_nothing_is_made_up(text: str) -> None:
    shown = trimmed(text)

    assert bool(shown) == bool(text.strip())
    assert set(shown.split("\n")) <= {line.strip() for line in text.split("\n")} | set(
        text.strip().split("\n")
    ) | set(text.split("\n"))
