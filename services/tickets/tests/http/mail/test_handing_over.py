"""A mail server hands a mail over: what is too large is refused before it is read to its end."""

from collections.abc import AsyncIterator

from psa_common.testing import Api
from tickets_mail import MAIL_BYTES_MAX, a_mailbox, an_eml

RAW = {"content-type": "message/rfc822"}


class Endless:
    """A body that goes on for as long as somebody reads it."""

    def __init__(self) -> None:
        self.given_bytes = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.given_bytes < 100 * MAIL_BYTES_MAX:
            self.given_bytes += 64 * 1024
            yield b"x" * 64 * 1024


async def test_a_mail_that_says_it_is_too_large_is_refused_unread(desk: Api) -> None:
    path = f"/api/v1/mailboxes/{await a_mailbox(desk)}/messages"

    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("somebody has read the body")
        yield b""

    sizes = {**RAW, "content-length": str(MAIL_BYTES_MAX + 1)}
    response = await desk.http.post(path, content=unread(), headers=sizes)

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "MAIL_TOO_LARGE"


async def test_a_mail_that_never_ends_is_read_to_the_limit_only(desk: Api) -> None:
    path = f"/api/v1/mailboxes/{await a_mailbox(desk)}/messages"
    body = Endless()

    response = await desk.http.post(path, content=body, headers=RAW)

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "MAIL_TOO_LARGE"
    assert body.given_bytes < 3 * MAIL_BYTES_MAX
    assert (await desk.get("/mails")).json()["data"] == []


async def test_a_mail_of_just_the_limit_is_taken(desk: Api) -> None:
    path = f"/api/v1/mailboxes/{await a_mailbox(desk)}/messages"
    raw = an_eml().ljust(MAIL_BYTES_MAX, b"\n")

    response = await desk.http.post(path, content=raw, headers=RAW)

    assert response.status_code == 201
