"""Mail addresses: one form for each, so that two of the same are found to be one."""

import re

from psa_common.errors import Invalid

LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"{LOCAL}@{LABEL}(\.{LABEL})+")
MAIL_DOMAIN = re.compile(rf"(?=.{{4,253}}$){LABEL}(\.{LABEL})+")
LOCAL_LENGTH_MAX = 64
LENGTH_MAX = 254


#: Where anybody can get an address; who writes from there belongs to nobody in particular.
PUBLIC_DOMAINS = frozenset(
    {
        "aol.com", "arcor.de", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.de", "gmx.net",
        "googlemail.com", "hotmail.com", "hotmail.de", "icloud.com", "live.com", "live.de",
        "mail.de", "mailbox.org", "me.com", "online.de", "outlook.com", "outlook.de", "posteo.de",
        "proton.me", "protonmail.com", "t-online.de", "vodafonemail.de", "web.de", "yahoo.com",
        "yahoo.de",
    }
)  # fmt: skip


class BadMailDomain(Invalid):
    """No mail comes from there, or anybody's does."""

    code = "bad_mail_domain"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text} is no mail domain of one company; write it like example.com, and leave out "
            "providers of private mailboxes.",
            field="mail_domains",
        )


class BadMailAddress(Invalid):
    """No mail would arrive there."""

    code = "bad_mail_address"

    def __init__(self, text: str, field: str) -> None:
        super().__init__(f"{text} is no mail address; write it like name@example.com.", field=field)


def mail_address(text: str, *, field: str = "email") -> str:
    """
    Return *text* as a mail address in lower case.

    RFC 5321 lets the part before the @ be case-sensitive; no mail system that people use is.
    Raises BadMailAddress, also for an international address, which invoices cannot carry.
    """
    address = text.strip().lower()
    local_length = address.find("@")
    if (
        ADDRESS.fullmatch(address) is None
        or len(address) > LENGTH_MAX
        or local_length > LOCAL_LENGTH_MAX
    ):
        raise BadMailAddress(text, field)
    return address


def mail_domain(text: str) -> str:
    """Return *text* as the mail domain of one company, in lower case; raises BadMailDomain."""
    domain = text.strip().lower().removeprefix("@")
    if MAIL_DOMAIN.fullmatch(domain) is None or domain in PUBLIC_DOMAINS:
        raise BadMailDomain(text)
    return domain
