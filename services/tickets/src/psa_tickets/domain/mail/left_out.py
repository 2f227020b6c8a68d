"""What of a mail does not come onto its ticket, in words for colleagues."""

from collections.abc import Sequence

from psa_common.errors import DomainError

#: By the code of the refusal.
REASONS = {
    "attachment_empty": "Die Datei ist leer.",
    "attachment_infected": "Der Virenscanner lehnt sie ab.",
    "attachment_kind_blocked": "Dateien dieser Art könnten etwas ausführen.",
    "attachment_quota_exceeded": "Der Speicher für Anhänge ist voll.",
    "attachment_too_large": "Die Datei ist zu groß.",
    "attachment_type_mismatch": "Ihr Inhalt ist etwas anderes, als sie vorgibt.",
    "attachments_too_many": "Das Ticket hat schon zu viele Anhänge.",
}
CUT = "Der Text ist zu lang und wurde gekürzt."


def left_out(name: str, refusal: DomainError) -> str:
    """Say which file was left out, and why."""
    return f"{name or 'Anhang'}: {REASONS.get(refusal.error_code, refusal.message)}"


def note_of(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the note that tells of everything that was left out."""
    return ("Nicht alles wurde übernommen; vollständig ist die Originalmail:", *lines)
