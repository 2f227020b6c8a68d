"""
Leitweg-IDs: how German public bodies want their invoices addressed.

Format and check digits as in "Formatspezifikation Leitweg-ID" 2.0.2, section 2; the check
digits are those of ISO 7064 mod 97-10 over the id without its dashes.
"""

import re

from psa_common.errors import Invalid

#: State or federation, up to twelve digits in all, a finer part, two check digits.
LOOK = re.compile(r"(0[1-9]|1[0-6]|99)[0-9]{0,10}(-[0-9A-Z]{1,30})?-[0-9]{2}")


class BadLeitwegId(Invalid):
    """No invoice would find its way."""

    code = "bad_leitweg_id"

    def __init__(self, text: str, advice: str, field: str) -> None:
        super().__init__(f"{text} {advice}", field=field)


def buyer_reference(text: str, *, field: str = "buyer_reference") -> str:
    """
    Return what a buyer wants to read on an invoice; a Leitweg-ID is checked.

    Raises BadLeitwegId for what looks like one and is not.
    """
    reference = text.strip()
    if LOOK.fullmatch(reference.upper()) is None:
        return reference
    if not _checks(reference.upper()):
        raise BadLeitwegId(
            reference,
            "looks like a Leitweg-ID, but its last two digits do not fit; compare it with the"
            " original, or put a word before it if it is none, such as: Bestellung.",
            field,
        )
    return reference.upper()


def leitweg_id(text: str, *, field: str) -> str:
    """Return *text* as a Leitweg-ID; raises BadLeitwegId for anything else."""
    reference = text.strip().upper()
    if LOOK.fullmatch(reference) is None:
        raise BadLeitwegId(reference, "is no Leitweg-ID; write it like 991-03730-19.", field)
    return buyer_reference(reference, field=field)


def _checks(reference: str) -> bool:
    digits = "".join(str(int(sign, 36)) for sign in reference.replace("-", ""))
    return int(digits) % 97 == 1
