"""What stands in the blanks of a text about a ticket."""

from uuid import UUID

import msgspec

from psa_common.db import Tx

SELECT_SQL = """
    SELECT t.number, t.title, t.priority, k.number AS customer_number, k.name AS customer_name,
           c.name AS contact_name, a.name AS assignee_name
      FROM tickets AS t
      JOIN customers AS k ON k.tenant_id = t.tenant_id AND k.id = t.customer_id
      LEFT JOIN contacts AS c ON c.tenant_id = t.tenant_id AND c.id = t.contact_id
      LEFT JOIN users AS a ON a.tenant_id = t.tenant_id AND a.id = t.assignee_id
     WHERE t.id = %(ticket_id)s
"""


class _Row(msgspec.Struct, frozen=True):
    number: str
    title: str
    priority: str
    customer_number: str
    customer_name: str
    contact_name: str | None
    assignee_name: str | None


async def of_ticket(tx: Tx, ticket_id: UUID, *, agent_name: str) -> dict[str, str | None]:
    """Return the values of every blank, by its name."""
    row = await tx.fetch_one(_Row, SELECT_SQL, ticket_id=ticket_id)
    return {
        "ticket.number": row.number,
        "ticket.title": row.title,
        "ticket.priority": row.priority,
        "customer.number": row.customer_number,
        "customer.name": row.customer_name,
        "contact.name": row.contact_name,
        "agent.name": agent_name,
        "assignee.name": row.assignee_name,
    }
