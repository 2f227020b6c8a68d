"""A mail that wants a verdict, with everything that judging it and acting on it needs."""

from dataclasses import dataclass
from datetime import datetime

from psa_tickets.domain.mail.incoming import IncomingMail
from psa_tickets.domain.mail.mailbox import Mailbox
from psa_tickets.usecases.mail.office import PostOffice


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    A mail that wants a verdict.

    Its words count from *now*, when we received it: a Date header is whatever its sender's
    clock says, and an old one would put an answer before the question.
    """

    office: PostOffice
    mailbox: Mailbox
    mail: IncomingMail
    now: datetime
