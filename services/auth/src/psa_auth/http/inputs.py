"""The strict types of this service's own fields."""

from typing import Annotated

from msgspec import Meta

from psa_auth.domain.password import LENGTH_MAX, LENGTH_MIN

#: Plain ASCII, so that no two addresses look alike; a dot is neither first, last nor doubled.
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
LoginEmail = Annotated[
    str, Meta(min_length=6, max_length=254, pattern=rf"^{_LOCAL}@{_LABEL}(\.{_LABEL})+$")
]
#: What somebody types where an address belongs; whether it is one, nobody gets to know.
TypedName = Annotated[str, Meta(min_length=1, max_length=254)]
TypedPassword = Annotated[str, Meta(min_length=1, max_length=LENGTH_MAX)]
NewPassword = Annotated[str, Meta(min_length=LENGTH_MIN, max_length=LENGTH_MAX)]
RefreshTokenText = Annotated[str, Meta(min_length=1, max_length=200)]
RoleName = Annotated[str, Meta(min_length=2, max_length=63, pattern=r"^[a-z][a-z0-9_]*$")]
RoleNames = Annotated[list[RoleName], Meta(min_length=1, max_length=50)]
PermissionText = Annotated[str, Meta(min_length=1, max_length=100)]
#: A name in addresses: no underscore, no hyphen at either end.
TenantSlug = Annotated[
    str, Meta(min_length=3, max_length=63, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])$")
]
TimeZone = Annotated[str, Meta(min_length=1, max_length=64)]
Locale = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
FederalState = Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,3}$")]
VatId = Annotated[str, Meta(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,13}$")]
Iban = Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")]
Bic = Annotated[str, Meta(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")]
CreditorId = Annotated[str, Meta(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{4,31}$")]
PostalCode = Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^\S([^\r\n\t]*\S)?$")]
TaxNumber = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^\S([^\r\n\t]*\S)?$")]
Phone = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[0-9+()/ .-]*[0-9][0-9 .-]*$")]
