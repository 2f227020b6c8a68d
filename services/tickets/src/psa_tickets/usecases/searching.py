"""Look for something everywhere: ask the engine, then read what the caller may see."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.domain.search import Answer, Kind, Question
from psa_tickets.queries import found
from psa_tickets.queries.found import Found
from psa_tickets.search.index import SearchIndex

#: What the caller must hold to find a thing of this kind.
PERMISSIONS: Mapping[Kind, str] = {
    Kind.TICKET: "ticket:view",
    Kind.ARTICLE: "article:view",
    Kind.CUSTOMER: "customer:view",
    Kind.CONTACT: "contact:view",
    Kind.ASSET: "asset:view",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is shown of each kind, and of which kinds there is more."""

    shown: tuple[Found, ...]
    more: tuple[Kind, ...]
    guessed: bool
    answer: Answer


async def search(
    index: SearchIndex, tx: Tx, principal: Principal, text: str, kind: Kind | None, limit: int
) -> Findings:
    """Return up to *limit* of each kind that the caller may see, best first."""
    question = Question(
        text=text,
        scopes=scopes_of(principal, kind),
        public_only=principal.customer_id is not None,
        user_id=principal.user_id,
        customer_id=principal.customer_id,
        # One more of each kind tells whether there is more.
        at_most=limit + 1,
    )
    answer = await index.search(tx, question)
    visible = await found.read(tx, question, answer.hits)

    order = list(Kind)
    counted = Counter[Kind]()
    shown: list[Found] = []
    for one in visible:
        counted[one.kind] += 1
        if counted[one.kind] <= limit:
            shown.append(one)
    shown.sort(key=lambda one: order.index(one.kind))
    return Findings(
        shown=tuple(shown),
        more=tuple(one for one in order if counted[one] > limit),
        guessed=any(hit.guessed for hit in answer.hits),
        answer=answer,
    )


def scopes_of(principal: Principal, kind: Kind | None) -> dict[Kind, str]:
    """Return how much of each kind the caller may see; what they may not see is not asked for."""
    scopes: dict[Kind, str] = {}
    for one, permission in PERMISSIONS.items():
        scope = _scope(principal, one, principal.scope(permission))
        if scope is not None and kind in {None, one}:
            scopes[one] = scope
    return scopes


def _scope(principal: Principal, kind: Kind, scope: str | None) -> str | None:
    if scope is None or kind is Kind.TICKET:
        return scope
    if principal.customer_id is not None:
        return "portal" if kind is Kind.ARTICLE else "own_customer"
    return "all"
