"""The events we promise, one Struct for each contract under contracts/events/tickets."""

from psa_tickets.events.knowledge import (
    ArticlePublished,
)
from psa_tickets.events.sla import (
    SlaBreached,
    SlaEscalated,
    SlaMeasured,
    SlaWarning,
)
from psa_tickets.events.tickets import (
    AttachmentAdded,
    FieldChange,
    MovedCounts,
    TicketAssigned,
    TicketCloseAnnounced,
    TicketCommented,
    TicketCreated,
    TicketMerged,
    TicketSplit,
    TicketStatusChanged,
    TicketUnmerged,
    TicketUpdated,
)
from psa_tickets.events.time import (
    MaterialApproved,
    Surcharge,
    TimeEntryApproved,
    TimeEntryRejected,
    TimeEntryReversed,
    TimeEntrySubmitted,
    TimeEntryWithdrawn,
    TravelApproved,
)

__all__ = [
    "ArticlePublished",
    "AttachmentAdded",
    "FieldChange",
    "MaterialApproved",
    "MovedCounts",
    "SlaBreached",
    "SlaEscalated",
    "SlaMeasured",
    "SlaWarning",
    "Surcharge",
    "TicketAssigned",
    "TicketCloseAnnounced",
    "TicketCommented",
    "TicketCreated",
    "TicketMerged",
    "TicketSplit",
    "TicketStatusChanged",
    "TicketUnmerged",
    "TicketUpdated",
    "TimeEntryApproved",
    "TimeEntryRejected",
    "TimeEntryReversed",
    "TimeEntrySubmitted",
    "TimeEntryWithdrawn",
    "TravelApproved",
]
