"""What each reader of the SLA log makes of it: the clocks, reports, and people who wonder."""

from collections.abc import Sequence
from dataclasses import replace

from psa_tickets.domain.sla_log import (
    DeadlineCleared,
    DeadlineSet,
    Escalated,
    Event,
    Excluded,
    Included,
    Paused,
    Recorded,
    Reopened,
    Resolved,
    Responded,
    Resumed,
    Started,
    TermsChanged,
)
from psa_tickets.domain.sla_terms import Metric


def counted_from_the_opening(log: Sequence[Event]) -> tuple[Event, ...]:
    """
    Return *log* with a calendar from its start, if it has one at all.

    Whose contract applies is often found out after the opening. The customer has waited since
    then all the same, so that time is counted in the calendar of the first terms.
    """
    match log:
        case [Started(terms=None) as started, *others]:
            changes = (event for event in others if isinstance(event, TermsChanged | Escalated))
            terms = next((event.terms for event in changes if event.terms), None)
            if terms is None:
                return tuple(log)
            unpromised = replace(terms, response_minutes=None, resolution_minutes=None)
            return (replace(started, terms=unpromised), *others)
        case _:
            return tuple(log)


def as_resolution_sees(log: Sequence[Event]) -> tuple[Event, ...]:
    """Return the log without answers, which do not concern the solution."""
    return tuple(
        event
        for event in log
        if not isinstance(event, Responded) and _concerns(event, Metric.RESOLUTION)
    )


def as_response_sees(log: Sequence[Event]) -> tuple[Event, ...]:
    """Return the log without pauses, ended by the first answer: a word or the solution."""
    seen: list[Event] = []
    for event in log:
        match event:
            case Responded() | Resolved():
                return (*seen, Resolved(at=event.at))
            case Paused() | Resumed() | Reopened():
                pass
            case _ if _concerns(event, Metric.RESPONSE):
                seen.append(event)
            case _:
                pass
    return tuple(seen)


def exclusion_of(log: Sequence[Event]) -> str | None:
    """Return why reports leave the ticket out, or None when they count it."""
    reason: str | None = None
    for event in log:
        match event:
            case Excluded():
                reason = event.reason
            case Included():
                reason = None
            case _:
                pass
    return reason


def reason_of(log: Sequence[Recorded]) -> str:
    """Return why the terms are what they are, by the last word on them."""
    said = [event for event in log if isinstance(event, Started | TermsChanged | Escalated)]
    return said[-1].reason if said else ""


def without_reasons(log: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """Return *log* without what people wrote about their decisions; a pause keeps its status."""
    return tuple(
        event if isinstance(event, Paused) or not hasattr(event, "reason") else _silent(event)
        for event in log
    )


def _silent(event: Recorded) -> Recorded:
    return replace(event, reason="")


def _concerns(event: Event, metric: Metric) -> bool:
    match event:
        case DeadlineSet() | DeadlineCleared():
            return event.metric is metric
        case Excluded() | Included():
            return False
        case _:
            return True
