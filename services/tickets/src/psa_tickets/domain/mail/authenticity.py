"""
Whether a mail really comes from whom it names (RFC 8601).

Only what the mailbox's own server wrote counts: anybody can send an Authentication-Results
header, and a server removes foreign ones that carry its own name.
"""

import re

from psa_tickets.domain.mail.incoming import IncomingMail

COMMENT = re.compile(r"\([^()]*\)")
RESULT = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
SIGNING_DOMAIN = re.compile(
    r"\bheader\.(?:d|i)\s*=\s*\"?(?:[^@;\s]*@)?([A-Za-z0-9.-]+)", re.IGNORECASE
)
ENVELOPE_DOMAIN = re.compile(
    r"\bsmtp\.mailfrom\s*=\s*\"?(?:[^@;\s]*@)?([A-Za-z0-9.-]+)", re.IGNORECASE
)


def is_authentic(mail: IncomingMail, trusted_server: str | None) -> bool:
    """
    Say whether *trusted_server* vouches for the sender's domain.

    DMARC does by itself; DKIM and SPF only for the very domain that the mail names.
    """
    if trusted_server is None or mail.sender is None or len(mail.headers.get("from", ())) != 1:
        return False
    domain = mail.sender.domain
    for value in mail.headers.get("authentication-results", ()):
        server, _, results = COMMENT.sub("", value).partition(";")
        if (server.split() or [""])[0].lower() != trusted_server.lower():
            continue
        # The topmost is the newest; what stands below it may have come with the mail.
        return any(_vouches(result, domain) for result in results.split(";"))
    return False


def _vouches(result: str, domain: str) -> bool:
    match = RESULT.match(result)
    if match is None or match[2].lower() != "pass":
        return False
    method = match[1].lower()
    if method == "dmarc":
        return True
    named = (SIGNING_DOMAIN if method == "dkim" else ENVELOPE_DOMAIN).search(result)
    return named is not None and _is_same_or_above(named[1].lower(), domain)


def _is_same_or_above(signer: str, domain: str) -> bool:
    return "." in signer and (domain == signer or domain.endswith(f".{signer}"))
