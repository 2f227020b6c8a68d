"""What a notice says of its event is said in the reader's language and in the desk's time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from psa_tickets.domain.mail import facts
from psa_tickets.domain.mail.mailbox import Language

BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2026, 6, 30, 22, 5, tzinfo=UTC)


def test_when_a_ticket_closes_is_told_in_local_time() -> None:
    told = facts.closing(DUE, BERLIN)

    assert told[Language.GERMAN] == {"closes_at": "01.07.2026 um 00:05 Uhr"}
    assert told[Language.ENGLISH] == {"closes_at": "1 July 2026 at 00:05"}


def test_an_escalation_names_the_clock_its_level_and_the_deadline() -> None:
    told = facts.escalation("response", 80, DUE, BERLIN)

    assert told[Language.GERMAN] == {
        "metric": "Reaktionszeit",
        "percent": "80",
        "due_at": "01.07.2026 um 00:05 Uhr",
    }
    assert told[Language.ENGLISH]["metric"] == "response time"


def test_a_clock_that_we_have_no_word_for_keeps_its_name() -> None:
    assert facts.escalation("update", 50, DUE, BERLIN)[Language.GERMAN]["metric"] == "update"
