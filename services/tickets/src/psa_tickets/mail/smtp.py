"""An SMTP server that takes our mails; its refusals are told apart by what helps against them."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.errors import SMTPRecipientsRefused

from psa_tickets.domain.mail.mailbox import Account, Security
from psa_tickets.mail.networks import AddressForbidden, Networks

TIMEOUT_SECONDS = 30.0


class NotNowByServer(Exception):
    """The server is away or says 4xx: the same mail may pass later."""

    def __init__(self, words: str, *, is_away: bool = False) -> None:
        super().__init__(words)
        #: Nobody answered at all; another mail would not fare better now.
        self.is_away = is_away


class NeverByServer(Exception):
    """The server says 5xx: the same mail will be refused again."""


async def send(
    account: Account, networks: Networks, message: EmailMessage, *, sender: str, recipient: str
) -> None:
    """Hand a mail over; when this returns, the server has taken it."""
    async with _signed_in(account, networks) as client:
        await client.send_message(message, sender=sender, recipients=[recipient])


async def try_sign_in(account: Account, networks: Networks) -> None:
    """Sign in and leave again; raises what `send` would raise."""
    async with _signed_in(account, networks):
        pass


@asynccontextmanager
async def _signed_in(account: Account, networks: Networks) -> AsyncGenerator[SMTP, None]:
    client = _client(account)
    try:
        await networks.check(account.host, account.port)
        await client.connect()
        # The name may lead elsewhere by now; nobody there gets our password.
        peer = client.get_transport_info("peername")
        networks.check_all(account.host, [peer[0]])
        if account.user:
            await client.login(account.user, account.password)
        yield client
    except SMTPRecipientsRefused as error:
        raise _by_code(error.recipients[0].code, error.recipients[0].message) from error
    except SMTPResponseException as error:
        raise _by_code(error.code, error.message) from error
    except (SMTPException, OSError, AddressForbidden) as error:
        words = f"{type(error).__name__}: {error}"[:300]
        raise NotNowByServer(words, is_away=True) from error
    finally:
        # What was taken stays taken, whether or not the server says goodbye.
        with suppress(SMTPException, OSError):
            await client.quit()
        client.close()


def _client(account: Account) -> SMTP:
    context = ssl.create_default_context() if account.security is not Security.NONE else None
    return SMTP(
        hostname=account.host,
        port=account.port,
        use_tls=account.security is Security.TLS,
        start_tls=account.security is Security.STARTTLS,
        tls_context=context,
        timeout=TIMEOUT_SECONDS,
    )


def _by_code(code: int, words: str) -> NotNowByServer | NeverByServer:
    said = f"{code} {words}"[:300]
    # 535 and the like are about our account, not about the mail: somebody will mend it.
    about_us = code in {421, 530, 534, 535, 538}
    return NeverByServer(said) if 500 <= code < 600 and not about_us else NotNowByServer(said)
