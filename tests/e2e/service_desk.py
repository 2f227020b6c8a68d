"""What people do at a service desk, beyond the verbs of the demo: rules, files, routines, words."""

from typing import Any
from urllib.parse import urlencode

from psa_local.demo.actors import Document, Person
from psa_local.demo.client import Answer
from psa_local.demo.eventually import eventually

MAIL = "message/rfc822"
#: What a service says of somebody of whom it has not heard yet.
UNHEARD = frozenset({"UNKNOWN_USER", "UNKNOWN_AGENT"})


def make_agent(boss: Person, user_id: str, **fields: Any) -> Document:
    """Let somebody be given tickets, as soon as the desk has heard of them."""
    answer = eventually(
        lambda: boss.api.ask("PUT", f"/agents/{user_id}", {"active": True, **fields}),
        awaited=f"the desk knows {user_id}",
        holds=lambda answer: answer.code not in UNHEARD,
    )
    return good(answer)


def user_id_of(person: Person) -> str:
    """Return who somebody is."""
    me: Document = person.api.get("/auth/me")["data"]
    user_id: str = me["id"]
    return user_id


def set_mailbox_up(boss: Person, **fields: Any) -> Document:
    """Let mails become tickets."""
    return boss.create("/mailboxes", {"active_since": "2026-01-01T00:00:00Z", **fields})


def push(boss: Person, mailbox_id: str, mail: bytes) -> Document:
    """Hand a mail over as a mail server does, and return what became of it."""
    path = f"/mailboxes/{mailbox_id}/messages"
    return good(boss.api.ask("POST", path, raw=mail, headers={"content-type": MAIL}))


def attach(person: Person, ticket_id: str, name: str, content: bytes, **fields: str) -> Answer:
    """Add a file to a ticket."""
    path = f"/tickets/{ticket_id}/attachments?{urlencode({'filename': name, **fields})}"
    kind = {"content-type": "application/octet-stream"}
    return person.api.ask("POST", path, raw=content, headers=kind)


def content_of(person: Person, ticket_id: str, attachment_id: str) -> bytes:
    """Return a file, byte for byte."""
    return person.api.download(f"/tickets/{ticket_id}/attachments/{attachment_id}/content")


def words_on(person: Person, ticket_id: str) -> list[tuple[str, str]]:
    """Return who said what on a ticket, the oldest first."""
    said = person.find(f"/tickets/{ticket_id}/comments", sort="occurred_at")
    return [(one["attributes"]["author_kind"], one["attributes"]["body"]) for one in said]


def ticket(person: Person, ticket_id: str) -> Document:
    """Return a ticket as it is now."""
    found: Document = person.api.get(f"/tickets/{ticket_id}")["data"]
    return found


def hits(person: Person, text: str, *, kind: str = "ticket") -> list[str]:
    """Return what a search finds, best first."""
    found: list[Document] = person.api.get("/search", q=text, kind=kind)["data"]
    return [hit["id"] for hit in found]


def good(answer: Answer) -> Document:
    """Return what a good answer holds."""
    assert answer.is_good, f"{answer.status} {answer.body[:1000]!r}"
    held: Document = answer.document["data"]
    return held
