"""What can be searched, and whom a search is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What can be found, in the order in which it is shown."""

    TICKET = "ticket"
    ARTICLE = "article"
    CUSTOMER = "customer"
    CONTACT = "contact"
    ASSET = "asset"


class Joined(StrEnum):
    """How many of the words must occur: all for a search, any for what is similar."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody looks for, and how much of each kind they may see."""

    text: str
    scopes: Mapping[Kind, str]
    public_only: bool
    user_id: UUID
    customer_id: UUID | None
    at_most: int
    joined: Joined = Joined.ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A text that says it, best first; *guessed* when a typing error was assumed."""

    kind: Kind
    id: UUID
    part: UUID
    exact: bool
    guessed: bool
    rank: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found, by whom; *degraded* when the engine that was wanted is away."""

    hits: tuple[Hit, ...]
    engine: str
    degraded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text with who may read it, as an engine outside the database is told of it."""

    kind: Kind
    id: UUID
    part: UUID
    version: int
    internal: bool
    customer_id: UUID | None
    assignee_id: UUID | None
    opened_by: UUID | None
    title: str
    names: str
    body: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A text that is no more."""

    kind: Kind
    id: UUID
    part: UUID
    version: int
