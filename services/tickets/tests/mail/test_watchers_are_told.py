"""Whoever watches a ticket hears what is public, and only that."""

from uuid import UUID

from psa_common.db import Pool
from psa_common.testing import Api, Tenant
from tickets_builders import a_user
from tickets_mail import ERIKA, a_token, an_eml, push
from tickets_mail_servers import Sink
from tickets_mail_worker import Post

TOM, THIRD, QUIET = "tom@msp.example", "lieferant@dritte.example", "still@dritte.example"


async def _watch(desk: Api, ticket: str, **who: object) -> None:
    response = await desk.post(f"/tickets/{ticket}/watchers", who)
    assert response.status_code == 201, response.text


async def test_an_agents_public_words_reach_watchers_who_want_mails(
    desk: Api, post: Post, opened: tuple[str, str], sink: Sink
) -> None:
    _, ticket = opened
    await _watch(desk, ticket, email=THIRD)
    await _watch(desk, ticket, email=QUIET, notify=False)
    await _watch(desk, ticket, email=ERIKA)
    await desk.post(f"/tickets/{ticket}/comments", {"body": "Bitte neu starten."})
    await desk.post(f"/tickets/{ticket}/comments", {"body": "Geheim.", "visibility": "internal"})

    await post.hear()
    await post.send()

    [mail] = sink.mails_to(THIRD)
    assert "Bitte neu starten." in mail.as_string()
    assert sink.mails_to(QUIET) == []
    assert len([one for one in sink.mails_to(ERIKA) if "neu starten" in one.as_string()]) == 1
    assert "Geheim" not in "".join(mail.as_string() for _, mail in sink.taken)


async def test_a_watching_colleague_hears_the_customer_in_the_application_too(
    desk: Api,
    api: Api,
    acme: Tenant,
    worker_pool: Pool,
    post: Post,
    opened: tuple[str, str],
    sink: Sink,
) -> None:
    mailbox, ticket = opened
    tom: UUID = await a_user(worker_pool, acme, email=TOM)
    await _watch(desk, ticket, user_id=str(tom))
    await _watch(desk, ticket, email=THIRD)
    raw = an_eml(to=f"s+{a_token(acme, ticket)}@msp.example", message_id="<two@x>", body="Und?")
    await push(desk, mailbox, raw)

    await post.hear()
    await post.send()

    [mail] = sink.mails_to(TOM)
    assert mail["Subject"] == "[T-1001] Neue Nachricht: Drucker druckt nicht"
    assert sink.mails_to(THIRD) == []
    [row] = (await api.as_(acme.person(sub=str(tom))).get("/notifications")).json()["data"]
    assert row["attributes"]["kind"] == "heard"


async def test_nobody_is_told_what_they_said_themselves(
    desk: Api,
    api: Api,
    acme: Tenant,
    worker_pool: Pool,
    post: Post,
    opened: tuple[str, str],
    sink: Sink,
) -> None:
    _, ticket = opened
    tom = await a_user(worker_pool, acme, email=TOM)
    await _watch(desk, ticket, user_id=str(tom))
    mine = api.as_(acme.person("ticket:view:all", "ticket:comment:all", sub=str(tom)))
    await mine.post(f"/tickets/{ticket}/comments", {"body": "Von mir."})

    await post.hear()
    await post.send()

    assert "Von mir." in sink.mails_to(ERIKA)[-1].as_string()
    assert (await mine.get("/notifications")).json()["data"] == []
