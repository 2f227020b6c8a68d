"""What a tenant may be called, and where its clock stands."""

from uuid import UUID
from zoneinfo import available_timezones

from psa_common.errors import Conflict, Invalid, Refused

PLATFORM_SLUG = "platform"
#: The operators' own tenant is the same everywhere, so that keys can be announced in its name.
PLATFORM_ID = UUID("00000000-0000-7000-8000-000000000001")
#: Under this id stands what concerns no tenant: tries to sign in where there is nothing.
NOBODY_ID = UUID(int=0)

#: Names that a person could take for the platform itself, or that addresses may need.
RESERVED = frozenset(
    {
        PLATFORM_SLUG, "admin", "administrator", "api", "app", "assets", "auth", "billing", "cdn",
        "crm", "docs", "ftp", "gateway", "health", "help", "imap", "internal", "localhost",
        "login", "mail", "metrics", "ns1", "ns2", "pop3", "portal", "projects", "psa", "public",
        "reports", "root", "security", "smtp", "sso", "static", "status", "support", "system",
        "tenant", "tenants", "test", "tickets", "webmail", "www",
    }
)  # fmt: skip


class SlugReserved(Refused):
    """The name belongs to the platform."""

    code = "slug_reserved"

    def __init__(self, slug: str) -> None:
        super().__init__(f"{slug!r} is reserved; choose another.", field="slug")


class SlugTaken(Conflict):
    """Another tenant is called so, or was."""

    code = "slug_taken"

    def __init__(self, slug: str) -> None:
        super().__init__(f"{slug!r} is taken; choose another.", field="slug")


class UnknownTimeZone(Invalid):
    """The clock database has no such zone."""

    code = "unknown_time_zone"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no time zone {name!r}; try Europe/Berlin.", field="time_zone")


def check_slug(slug: str) -> None:
    """Raise SlugReserved for a name that a tenant cannot have."""
    if slug in RESERVED or slug.startswith(("xn--", "psa-")):
        raise SlugReserved(slug)


def check_time_zone(name: str) -> None:
    """Raise UnknownTimeZone for a zone that no clock follows."""
    if name not in available_timezones():
        raise UnknownTimeZone(name)
