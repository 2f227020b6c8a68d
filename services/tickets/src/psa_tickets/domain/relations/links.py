"""How a ticket is linked to other tickets and to things that other services own."""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from psa_common.errors import Conflict, Refused

#: More links than that tell nobody anything.
LINKS_MAX = 100


class LinkKind(StrEnum):
    """What the ticket is to the other thing."""

    RELATES_TO = "relates_to"
    DUPLICATES = "duplicates"
    BLOCKS = "blocks"
    CAUSED_BY = "caused_by"
    FOLLOW_UP_OF = "follow_up_of"


class TargetType(StrEnum):
    """What a ticket can be linked to; what is not ours is named by its id alone."""

    TICKET = "ticket"
    ASSET = "asset"
    INVOICE = "invoice"
    OPPORTUNITY = "opportunity"
    ARTICLE = "article"


#: What a link is called at its other end.
SEEN_FROM_TARGET: Mapping[LinkKind, str] = {
    LinkKind.RELATES_TO: "relates_to",
    LinkKind.DUPLICATES: "duplicated_by",
    LinkKind.BLOCKS: "blocked_by",
    LinkKind.CAUSED_BY: "causes",
    LinkKind.FOLLOW_UP_OF: "followed_up_by",
}


class LinkedToItself(Refused):
    """A link has two ends."""

    code = "linked_to_itself"

    def __init__(self) -> None:
        super().__init__("A ticket is not linked to itself; choose another.", field="target_id")


class AlreadyLinked(Conflict):
    """One link of a kind is enough, from whichever end it was made."""

    code = "already_linked"

    def __init__(self, kind: LinkKind) -> None:
        super().__init__(f"The two are linked by {kind} already.")
        self.kind = kind


class UnknownAsset(Refused):
    """The asset is not one of the ticket's customer."""

    code = "unknown_asset"

    def __init__(self, asset_id: UUID) -> None:
        super().__init__(
            f"{asset_id} is no asset of the ticket's customer; choose another.", field="target_id"
        )
        self.asset_id = asset_id


class TooManyLinks(Refused):
    """A list that nobody reads."""

    code = "too_many_links"

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} has {LINKS_MAX} links, which is the most; remove one first.")
        self.number = number


def name_of(kind: LinkKind, *, from_target: bool) -> str:
    """Return what the link is called at the end from which it is seen."""
    return SEEN_FROM_TARGET[kind] if from_target else kind.value
