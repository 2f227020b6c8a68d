"""What kind of work a ticket is, in the words of ITIL, and where it came from."""

from enum import StrEnum


class TicketType(StrEnum):
    """The kinds of tickets."""

    INCIDENT = "incident"
    SERVICE_REQUEST = "service_request"
    PROBLEM = "problem"
    CHANGE = "change"
    ALERT = "alert"
    TASK = "task"


class Source(StrEnum):
    """How a ticket came to the desk."""

    MAIL = "mail"
    PORTAL = "portal"
    PHONE = "phone"
    API = "api"
    RMM = "rmm"
    CHAT = "chat"
    RECURRING = "recurring"


#: Nobody sits in front of a form there who could fill in what is missing.
UNATTENDED = frozenset({Source.MAIL, Source.PORTAL, Source.RMM, Source.RECURRING})
