"""What kind of work a ticket is, in the words of ITIL."""

from enum import StrEnum


class TicketType(StrEnum):
    """The kinds of tickets."""

    INCIDENT = "incident"
    SERVICE_REQUEST = "service_request"
    PROBLEM = "problem"
    CHANGE = "change"
    ALERT = "alert"
