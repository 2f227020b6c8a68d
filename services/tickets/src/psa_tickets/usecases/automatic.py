"""Who acts when nobody in person does."""

from uuid import UUID

from psa_common.identity import Principal

NOBODY = UUID(int=0)


def automatic(tenant_id: UUID, name: str, *permissions: str) -> Principal:
    """Return a principal for *name*, a part of ours, with exactly *permissions* on everything."""
    return Principal(
        tenant_id=tenant_id,
        user_id=NOBODY,
        session_id=NOBODY,
        token_id=NOBODY,
        name=name,
        email="",
        permissions=frozenset(f"{permission}:all" for permission in permissions),
    )
