"""VAT identification numbers of the European Union, with their check digits."""

from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, ValidationError

from psa_common.errors import Invalid

#: As VAT ids write them: Greece is EL, Northern Ireland XI.
PREFIXES = frozenset({code.upper() for code in vat.MEMBER_STATES} - {"GR"} | {"EL"})


class BadVatId(Invalid):
    """No tax office has given out this number."""

    code = "bad_vat_id"

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(f"{text} is no VAT id: {advice}", field="vat_id")


def vat_id(text: str) -> str:
    """
    Return *text* as a VAT id without spaces, such as DE123456788.

    Raises BadVatId. Whether the number is given out at all only the tax offices know.
    """
    shown = text.strip()
    prefix = shown[:2].upper()
    if prefix not in PREFIXES:
        raise BadVatId(shown, "begin with the two letters of an EU country, such as DE.")
    try:
        number = vat.validate(shown)
    except InvalidChecksum:
        raise BadVatId(shown, "its check digit is wrong; compare it with the original.") from None
    except ValidationError:
        raise BadVatId(shown, _look(prefix)) from None
    if not (number.isascii() and number.isalnum()):
        raise BadVatId(shown, _look(prefix))
    return number


def _look(prefix: str) -> str:
    if prefix == "DE":
        return "write DE and nine digits."
    return f"that is not how numbers of {prefix} look; compare it with the original."
