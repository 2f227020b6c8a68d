"""A customer and a technician talk by mail, and everything that only looks like talking."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

import service_desk as desk
from actors import Company, found_company
from letters import PostOffice, a_letter, an_answer_to, post_office, text_of
from psa_local.demo.actors import Document, Person, PlatformOperator, Technician
from psa_local.demo.client import Place
from psa_local.demo.eventually import eventually

SUPPORT = "support@rheinsysteme.example"
RULE = "Neue Tickets reihum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A company whose desk reads and writes mails, with one agent whom a rule gives tickets."""

    company: Company
    mailbox_id: str
    customer: Document
    agent_id: str
    mails: PostOffice

    @property
    def technician(self) -> Technician:
        """The agent."""
        return self.company.staff.technician

    def receive(self, mail: bytes) -> Document:
        """Let a mail arrive and return what became of it."""
        return desk.push(self.company.staff.admin, self.mailbox_id, mail)

    def somebody(self) -> str:
        """Let the customer have one more person, and return their address."""
        email = f"person-{uuid4().hex[:8]}@mueller-maschinenbau.example"
        contact = {"name": "Erika Müller", "email": email}
        self.company.staff.manager.add_contact(self.customer["id"], contact)
        # The desk has to have heard of them; until then it does not know whose mail it is.
        eventually(
            lambda: desk.hits(self.company.staff.admin, email, kind="contact"),
            awaited=f"the desk knows {email}",
        )
        return email

    def ask_for_help(self, sender: str) -> tuple[Document, bytes]:
        """Write to the desk for the first time; return the ticket and the mail."""
        body = "Guten Tag,\n\nder Drucker im Einkauf druckt nicht mehr.\n"
        mail = a_letter(sender=sender, to=SUPPORT, subject="Drucker druckt nicht", body=body)
        taken = self.receive(mail)["attributes"]
        assert taken["state"] == "opened", taken
        return desk.ticket(self.technician, taken["ticket_id"]), mail


@pytest.fixture(scope="module")
def office(operator: PlatformOperator) -> Iterator[Office]:
    """Give the desk, and a real mail server that takes what it sends."""
    company = found_company(operator, "post")
    staff = company.staff
    with post_office() as mails:
        agent_id = desk.user_id_of(staff.technician)
        desk.make_agent(staff.admin, agent_id)
        rule = {"name": RULE, "position": 1, "strategy": "round_robin"}
        staff.admin.create("/assignment-rules", rule)
        fields = {"name": "RheinSysteme Support", "address": SUPPORT, "smtp": mails.account}
        yield Office(
            company=company,
            mailbox_id=desk.set_mailbox_up(staff.admin, **fields)["id"],
            customer=staff.manager.take_on({"name": "Müller Maschinenbau GmbH"}),
            agent_id=agent_id,
            mails=mails,
        )
    staff.leave()


def test_a_mail_becomes_a_ticket_of_whom_the_rule_chooses_and_it_says_why(office: Office) -> None:
    ticket, _ = office.ask_for_help(office.somebody())

    attributes, links = ticket["attributes"], ticket["relationships"]
    assert (attributes["title"], attributes["source"]) == ("Drucker druckt nicht", "mail")
    assert links["customer"]["data"]["id"] == office.customer["id"]
    assert links["assignee"]["data"]["id"] == office.agent_id
    why = office.company.staff.admin.api.get(f"/tickets/{ticket['id']}/assignment")["data"]
    assert RULE in why["attributes"]["reason"]


def test_the_customer_is_told_at_once_that_the_mail_has_arrived(office: Office) -> None:
    erika = office.somebody()

    ticket, _ = office.ask_for_help(erika)

    (confirmation,) = eventually(lambda: office.mails.to(erika), awaited="a confirmation")
    assert ticket["attributes"]["number"] in confirmation["Subject"]
    assert confirmation["Auto-Submitted"] == "auto-generated"


def test_an_agents_words_reach_the_customer_in_the_thread_of_their_own_mail(
    office: Office,
) -> None:
    erika = office.somebody()
    ticket, first = office.ask_for_help(erika)

    office.technician.create(f"/tickets/{ticket['id']}/comments", {"body": "Ist er am Netz?"})

    answer = office.mails.wait_for(erika, "Ist er am Netz?")
    assert f"[{ticket['attributes']['number']}]" in answer["Subject"]
    assert SUPPORT in answer["From"]
    assert answer["Reply-To"].startswith("RheinSysteme Support <support+")
    assert answer["Auto-Submitted"] is None
    thread = answer["References"].split()
    assert thread[0] == _message_id(first)
    assert answer["In-Reply-To"] == thread[-1]


def test_the_reply_lands_on_the_same_ticket_and_brings_it_back(office: Office) -> None:
    erika = office.somebody()
    ticket, _ = office.ask_for_help(erika)
    _say(office.technician, ticket, "Bitte einmal neu starten.")
    office.company.staff.manager.move(ticket["id"], "resolved")
    ours = office.mails.wait_for(erika, "Bitte einmal neu starten.")

    taken = office.receive(an_answer_to(ours, sender=erika, body="Hilft leider nicht."))

    assert (taken["attributes"]["state"], taken["attributes"]["ticket_id"]) == (
        "commented",
        ticket["id"],
    )
    now = desk.ticket(office.technician, ticket["id"])["attributes"]
    assert now["status_category"] not in {"resolved", "closed"}
    assert now["reopen_count"] == 1
    assert desk.words_on(office.technician, ticket["id"])[-1] == ("contact", "Hilft leider nicht.")


def test_the_same_mail_twice_is_said_once(office: Office) -> None:
    erika = office.somebody()
    ticket, _ = office.ask_for_help(erika)
    _say(office.technician, ticket, "Welches Modell?")
    mail = an_answer_to(
        office.mails.wait_for(erika, "Welches Modell?"), sender=erika, body="Ein LX-200."
    )

    once, again = office.receive(mail), office.receive(mail)

    assert once["id"] == again["id"]
    said = desk.words_on(office.technician, ticket["id"])
    assert said.count(("contact", "Ein LX-200.")) == 1


def test_out_of_office_moves_nothing_and_is_not_answered(office: Office) -> None:
    erika = office.somebody()
    ticket, _ = office.ask_for_help(erika)
    _say(office.technician, ticket, "Dürfen wir auf den PC?")
    ours = office.mails.wait_for(erika, "Dürfen wir auf den PC?")
    office.company.staff.manager.move(ticket["id"], "waiting_customer")
    before = desk.ticket(office.technician, ticket["id"])["attributes"]
    away = "Ich bin bis Montag nicht im Büro."

    taken = office.receive(
        an_answer_to(ours, sender=erika, body=away, Auto_Submitted="auto-replied")
    )

    after = desk.ticket(office.technician, ticket["id"])["attributes"]
    assert taken["attributes"]["state"] == "ignored"
    assert (after["status"], after["reopen_count"]) == ("waiting_customer", before["reopen_count"])
    assert not [mail for mail in office.mails.to(erika) if away in text_of(mail)]


def test_our_own_mail_that_comes_back_opens_nothing(office: Office) -> None:
    erika = office.somebody()
    office.ask_for_help(erika)
    (ours, *_) = eventually(lambda: office.mails.to(erika), awaited="a confirmation")

    taken = office.receive(ours.as_bytes())

    assert taken["attributes"]["state"] == "ignored"
    assert taken["attributes"]["ticket_id"] is None


def test_two_machines_that_write_to_each_other_stop(office: Office) -> None:
    robot = office.somebody()
    letters = [
        a_letter(sender=robot, to=SUPPORT, subject=f"Meldung {number}", body="Bitte antworten.")
        for number in range(8)
    ]

    states = [office.receive(letter)["attributes"]["state"] for letter in letters]

    # Five tickets within ten minutes and one confirmation an hour are as much as one may cause.
    assert states == ["opened"] * 5 + ["parked"] * 3
    assert len(eventually(lambda: office.mails.to(robot), awaited="a confirmation")) == 1


def test_an_internal_note_is_in_no_mail_and_in_no_customers_view(
    office: Office, place: Place
) -> None:
    erika = office.somebody()
    ticket, _ = office.ask_for_help(erika)
    login = office.company.staff.admin.add(
        "Erika Müller", f"portal-{erika}", "customer_user", office.customer["id"]
    )
    portal = Person(place, login)

    note = "Nur unter uns: der Kunde zahlt schlecht."
    _say(office.technician, ticket, note, visibility="internal")
    _say(office.technician, ticket, "Wir kommen morgen vorbei.")

    office.mails.wait_for(erika, "Wir kommen morgen vorbei.")
    assert not [to for to, mail in office.mails.taken if note in mail.as_string()]
    assert ("agent", note) in desk.words_on(office.technician, ticket["id"])
    assert desk.words_on(portal, ticket["id"])[-1] == ("agent", "Wir kommen morgen vorbei.")
    assert note not in str(portal.api.get(f"/tickets/{ticket['id']}"))
    assert desk.hits(portal, "zahlt schlecht") == []
    portal.leave()


def _say(person: Technician, ticket: Document, body: str, **fields: str) -> None:
    person.create(f"/tickets/{ticket['id']}/comments", {"body": body, **fields})


def _message_id(mail: bytes) -> str:
    line = next(line for line in mail.splitlines() if line.startswith(b"Message-ID: "))
    return line.removeprefix(b"Message-ID: ").decode()
