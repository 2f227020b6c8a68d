"""How much one address may cause: two machines that answer each other must come to an end."""

from datetime import timedelta

#: So many tickets may one sender open within the window; what comes on top is parked (EML-04).
TICKETS_MAX = 5
TICKETS_WINDOW = timedelta(minutes=10)
#: So many words may one sender add to tickets within the window.
WORDS_MAX = 20
#: One confirmation an hour: a forged sender must not be flooded by us (ML-08).
CONFIRMATION_PAUSE = timedelta(hours=1)


def is_flood(*, opened: int, said: int) -> bool:
    """Say whether a sender has caused as much as anybody may within the window."""
    return opened >= TICKETS_MAX or said >= WORDS_MAX
