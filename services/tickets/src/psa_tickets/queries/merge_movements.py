"""Which rows follow a merged ticket into the one that takes it in, and how they come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True, slots=True)
class Movement:
    """How the rows of one table follow a merged ticket, and how they come back."""

    move: LiteralString
    put_back: LiteralString


def _rows(table: LiteralString) -> Movement:
    """Move every row; each keeps its id and its instants."""
    return Movement(
        f"""
        UPDATE {table}
           SET ticket_id = %(target_id)s
         WHERE ticket_id = %(source_id)s
     RETURNING id
        """,
        f"""
        UPDATE {table}
           SET ticket_id = %(source_id)s
         WHERE ticket_id = %(target_id)s
           AND id = ANY(%(ids)s)
     RETURNING id
        """,
    )


def _pairs(table: LiteralString, other: LiteralString) -> Movement:
    """Move what a ticket is paired with, unless the target has it already."""
    return Movement(
        f"""
        UPDATE {table} AS moved
           SET ticket_id = %(target_id)s
         WHERE moved.ticket_id = %(source_id)s
           AND NOT EXISTS (SELECT
                             FROM {table} AS there
                            WHERE there.ticket_id = %(target_id)s
                              AND there.{other} = moved.{other})
     RETURNING moved.{other} AS id
        """,
        f"""
        UPDATE {table}
           SET ticket_id = %(source_id)s
         WHERE ticket_id = %(target_id)s
           AND {other} = ANY(%(ids)s)
     RETURNING {other} AS id
        """,
    )


def _tickets(column: LiteralString) -> Movement:
    """Let the tickets that name the source name the target."""
    return Movement(
        f"""
        UPDATE tickets
           SET {column} = %(target_id)s,
               version = version + 1
         WHERE {column} = %(source_id)s
     RETURNING id
        """,
        f"""
        UPDATE tickets
           SET {column} = %(source_id)s,
               version = version + 1
         WHERE {column} = %(target_id)s
           AND id = ANY(%(ids)s)
     RETURNING id
        """,
    )


MOVE_WATCHERS_SQL = """
    UPDATE ticket_watchers AS moved
       SET ticket_id = %(target_id)s
     WHERE moved.ticket_id = %(source_id)s
       AND NOT EXISTS (SELECT
                         FROM ticket_watchers AS there
                        WHERE there.ticket_id = %(target_id)s
                          AND (there.contact_id = moved.contact_id
                               OR there.user_id = moved.user_id
                               OR there.email = moved.email))
 RETURNING moved.id
"""

# A link between the two stays where it is: a ticket is not linked to itself.
MOVE_LINKS_SQL = """
    UPDATE ticket_links AS moved
       SET ticket_id = %(target_id)s
     WHERE moved.ticket_id = %(source_id)s
       AND moved.target_id <> %(target_id)s
       AND NOT EXISTS (SELECT
                         FROM ticket_links AS there
                        WHERE there.kind = moved.kind
                          AND ((there.ticket_id = %(target_id)s
                                AND there.target_id = moved.target_id)
                               OR (there.kind = 'relates_to'
                                   AND there.ticket_id = moved.target_id
                                   AND there.target_id = %(target_id)s)))
 RETURNING moved.id
"""

MOVE_LINKS_TO_SQL = """
    UPDATE ticket_links AS moved
       SET target_id = %(target_id)s
     WHERE moved.target_id = %(source_id)s
       AND moved.ticket_id <> %(target_id)s
       AND NOT EXISTS (SELECT
                         FROM ticket_links AS there
                        WHERE there.kind = moved.kind
                          AND ((there.ticket_id = moved.ticket_id
                                AND there.target_id = %(target_id)s)
                               OR (there.kind = 'relates_to'
                                   AND there.ticket_id = %(target_id)s
                                   AND there.target_id = moved.ticket_id)))
 RETURNING moved.id
"""

PUT_BACK_LINKS_TO_SQL = """
    UPDATE ticket_links
       SET target_id = %(source_id)s
     WHERE target_id = %(target_id)s
       AND id = ANY(%(ids)s)
 RETURNING id
"""

# A visit is charged once: where the target has charged it, the source's charge stays.
MOVE_TRAVEL_SQL = """
    UPDATE travel AS moved
       SET ticket_id = %(target_id)s
     WHERE moved.ticket_id = %(source_id)s
       AND NOT EXISTS (SELECT
                         FROM travel AS there
                        WHERE there.ticket_id = %(target_id)s
                          AND there.visit_date = moved.visit_date
                          AND there.user_id = moved.user_id)
 RETURNING moved.id
"""

#: Everything that follows a merged ticket. A test reads the catalogue of the database and
#: fails for a table with tickets in it that stands neither here nor in STAYING.
MOVEMENTS: Mapping[str, Movement] = {
    "comments": _rows("comments"),
    "attachments": _rows("attachments"),
    "time_entries": _rows("time_entries"),
    "timers": _rows("timers"),
    "travel": Movement(MOVE_TRAVEL_SQL, _rows("travel").put_back),
    "materials": _rows("materials"),
    "watchers": Movement(MOVE_WATCHERS_SQL, _rows("ticket_watchers").put_back),
    "co_assignees": _pairs("ticket_co_assignees", "user_id"),
    "assets": _pairs("ticket_assets", "asset_id"),
    "checklist_items": _rows("checklist_items"),
    "articles": _pairs("ticket_articles", "article_id"),
    "links": Movement(MOVE_LINKS_SQL, _rows("ticket_links").put_back),
    "links_to": Movement(MOVE_LINKS_TO_SQL, PUT_BACK_LINKS_TO_SQL),
    "children": _tickets("parent_id"),
    # What was merged into the source is found in the target at once: there are no chains.
    "merged": _tickets("merged_into_id"),
}

#: Tables (or table.column) that speak of tickets and stay where they are, with the reason.
STAYING: Mapping[str, str] = {
    "sla_events": "each ticket keeps its own clocks",
    "sla_announcements": "each ticket keeps its own clocks",
    "sla_escalations": "each ticket keeps its own clocks",
    "ticket_descriptions": "what the source was about stays readable there",
    "assignment_decisions": "why the ticket went to whom it went",
    "recurring_tickets": "the ticket that the rule opened last",
    "recurring_runs": "the ticket that this run opened",
    "incoming_mails": "a mail came to the ticket that it came to; answers find the target",
    "outgoing_mails": "a mail was about the ticket that it was about",
    "notifications": "a notice was about the ticket that it was about",
    "ticket_tags": "follow tickets.tags by a trigger; a ticket keeps its words",
    "ticket_merges": "the record of the merge itself",
    "tickets.follow_up_of_id": "where a ticket came from stays true",
    "tickets.split_from_id": "where a ticket came from stays true",
}
