"""Mail servers and mail formats: how mails come in, how they leave, and where raw ones lie."""

from psa_tickets.mail.raw_store import FolderStore, RawStore

__all__ = ["FolderStore", "RawStore"]
