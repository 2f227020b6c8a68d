"""Which passwords are refused, and that the rest is taken as typed."""

import pytest

from psa_auth.domain.password import PasswordRefused, check, normal

NAME = "Timotheus Möller"
EMAIL = "tim.moeller@acme-it.example"


@pytest.mark.parametrize(
    "password",
    [
        "elf-zeichen",
        "x1y2z3-" * 586,
        "aaaaaaaaaaaa",
        "ababababcdab",
        "Timotheus-und-Hund",
        "der-MÖLLER-kommt",
        "tim.moeller-4711-x",
        "acme-it-fuer-alle",
        "Passwort12345",
        "Password!2026",
        "admin-admin-2026",
        "Sommer2026!!!",
        "123456789012",
        "210987654321",
        "abcdefghijkl",
        "qwertzuiopqwertz",
        "abcdeabcdeabcde",
        "qwerty123456",
    ],
)
def test_what_is_guessed_early_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        check(password, name=NAME, email=EMAIL)

    assert password not in refused.value.message
    assert refused.value.details[0].field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "Rasenmaeher-Kupfer-17",
        "korrekt pferd batterie",
        " leading and trailing ",
        "7391-8264-0517-22",
        "パスワードは長いほうがよいのです",
        "\U0001f680\U0001f955\U0001f3b8 drei Dinge",
        "passwort der Tante Grete",
        "x1y2z3-" * 585,
    ],
)
def test_what_is_long_and_not_obvious_is_taken_as_typed(password: str) -> None:
    assert check(password, name=NAME, email=EMAIL) == normal(password)


def test_two_spellings_of_one_letter_are_one_password() -> None:
    assert normal("Ko\u0308ln") == normal("K\u00f6ln")


def test_short_parts_of_a_name_are_no_reason() -> None:
    assert check("Ida-nein-jedoch-9", name="Ida", email="i@x.example")
