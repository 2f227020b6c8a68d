"""Which policy applies to a ticket: who has a say, in which order, and that none is an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from psa_tickets.domain.sla_terms import Source

#: However policies are kept; the choice looks at who names them, not into them.
PolicyT = TypeVar("PolicyT")

#: The most special comes first. A ticket's own word is somebody's override.
PRECEDENCE = tuple(Source)


@dataclass(frozen=True, slots=True)
class Choice(Generic[PolicyT]):
    """The policy and for whose sake; no policy with a source is an explicit "none"."""

    policy: PolicyT | None
    source: Source | None

    @property
    def reason(self) -> str:
        """Say why, for the log and for people who wonder."""
        match self.policy, self.source:
            case _, None:
                return "no policy"
            case None, source:
                return f"no promise to this {source}"
            case _, source:
                return f"policy of the {source}"


def choose(said: Mapping[Source, PolicyT | None]) -> Choice[PolicyT]:
    """
    Return the policy that applies, of those that *said* holds by who names them.

    Who says None decides too: nothing is promised, whatever the less special ones say.
    """
    for source in PRECEDENCE:
        if source in said:
            return Choice(said[source], source)
    return Choice(None, None)
