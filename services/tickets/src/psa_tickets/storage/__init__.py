"""Files, on a disk or at an S3 service: kept as a stream, read as a stream, found again."""

from psa_tickets.storage.cabinet import Cabinet, open_cabinet
from psa_tickets.storage.clamd import Finding, Scanner
from psa_tickets.storage.objects import Kept, Objects, Room, open_objects, too_large

__all__ = [
    "Cabinet",
    "Finding",
    "Kept",
    "Objects",
    "Room",
    "Scanner",
    "open_cabinet",
    "open_objects",
    "too_large",
]
