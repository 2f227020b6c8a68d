"""Where somebody is: countries, German states, postal codes."""

import re
from collections.abc import Mapping

from psa_common.errors import Invalid

GERMANY = "DE"

CODES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
"""
#: ISO 3166-1 alpha-2.
COUNTRIES = frozenset(CODES.split())

#: ISO 3166-2:DE without the prefix; they decide about holidays.
GERMAN_STATES: Mapping[str, str] = {
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "BE": "Berlin",
    "BB": "Brandenburg",
    "HB": "Bremen",
    "HH": "Hamburg",
    "HE": "Hessen",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "SH": "Schleswig-Holstein",
    "TH": "Thüringen",
}

#: How postal codes of our neighbours look, with words for who got it wrong.
POSTAL_CODES: Mapping[str, tuple[str, str]] = {
    GERMANY: (r"(?!00)[0-9]{5}", "five digits, such as 50825"),
    "AT": (r"[1-9][0-9]{3}", "four digits, such as 1010"),
    "CH": (r"[1-9][0-9]{3}", "four digits, such as 8001"),
}
ANY_POSTAL_CODE = (r"[0-9A-Za-z]([0-9A-Za-z -]{0,14}[0-9A-Za-z])?", "letters, digits and spaces")


class UnknownCountry(Invalid):
    """No country has this code."""

    code = "unknown_country"

    def __init__(self, country: str) -> None:
        super().__init__(
            f"{country} is no country; use its two letters of ISO 3166-1, such as DE.",
            field="country",
        )


class UnknownState(Invalid):
    """The country has no part with this code."""

    code = "unknown_federal_state"

    def __init__(self, federal_state: str) -> None:
        known = ", ".join(GERMAN_STATES)
        super().__init__(
            f"{federal_state} is no German state; use one of {known}.", field="federal_state"
        )


class BadPostalCode(Invalid):
    """No place of the country has such a postal code."""

    code = "bad_postal_code"

    def __init__(self, postal_code: str, country: str, look: str) -> None:
        super().__init__(
            f"{postal_code} is no postal code of {country}; write {look}.", field="postal_code"
        )


def check_country(country: str) -> None:
    """Raise UnknownCountry for two letters that mean none."""
    if country not in COUNTRIES:
        raise UnknownCountry(country)


def check_state(country: str, federal_state: str | None) -> None:
    """Raise UnknownState for a code that no German state has; elsewhere any code may stand."""
    if country == GERMANY and federal_state is not None and federal_state not in GERMAN_STATES:
        raise UnknownState(federal_state)


def check_postal_code(country: str, postal_code: str) -> None:
    """Raise BadPostalCode for what cannot be one in *country*."""
    pattern, look = POSTAL_CODES.get(country, ANY_POSTAL_CODE)
    if re.fullmatch(pattern, postal_code) is None:
        raise BadPostalCode(postal_code, country, look)
