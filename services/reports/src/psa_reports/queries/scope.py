"""Which customers' figures a caller may see, by the scope of `report:view`."""

from typing import LiteralString
from uuid import UUID

from psa_common.identity import Principal

#: For statements that name the customer of a row `customer_id`, and may ask for one of them.
OF_VISIBLE_CUSTOMER: LiteralString = """
       CASE %(scope)s
           WHEN 'all'          THEN true
           WHEN 'own_customer' THEN customer_id = %(own_customer_id)s::uuid
           ELSE false
       END
       AND (%(customer_id)s::uuid IS NULL OR customer_id = %(customer_id)s::uuid)
"""


def visible_to(principal: Principal, customer_id: UUID | None = None) -> dict[str, object]:
    """Return the parameters of the condition above for this caller."""
    return {
        "scope": principal.scope("report:view"),
        "own_customer_id": principal.customer_id,
        "customer_id": customer_id,
    }
