"""What a caller may see of a customer's things, by the scope of their permission."""

from typing import LiteralString

from psa_common.identity import Principal

#: For tables that point at a customer; any other scope sees nothing.
OF_VISIBLE_CUSTOMER: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'own_customer' THEN customer_id = %(own_customer_id)s::uuid
        ELSE false
    END
"""

#: The same for the customers themselves.
VISIBLE_CUSTOMER: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'own_customer' THEN id = %(own_customer_id)s::uuid
        ELSE false
    END
"""


def visible_to(principal: Principal, permission: str) -> dict[str, object]:
    """Return the parameters of the conditions above for this caller."""
    return {"scope": principal.scope(permission), "own_customer_id": principal.customer_id}
