"""What a caller may see of the assets, by the scope of their permission."""

from typing import LiteralString

from psa_common.identity import Principal

#: Any other scope sees nothing.
VISIBLE: LiteralString = """
    CASE %(scope)s
        WHEN 'all'          THEN true
        WHEN 'own_customer' THEN a.customer_id = %(own_customer_id)s::uuid
        ELSE false
    END
"""


def visible_to(principal: Principal, permission: str) -> dict[str, object]:
    """Return the parameters of `VISIBLE` for this caller."""
    return {"scope": principal.scope(permission), "own_customer_id": principal.customer_id}
