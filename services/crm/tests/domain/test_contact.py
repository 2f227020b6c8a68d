"""Contacts: mail addresses in one form, roles once."""

import pytest
from hypothesis import given, strategies as st

from crm_builders import a_contact
from psa_contracts import validate
from psa_crm.domain.contact import Role, RoleTwice, checked
from psa_crm.domain.mail import BadMailAddress, mail_address


def test_a_mail_address_is_kept_in_lower_case() -> None:
    contact = checked(a_contact(email=" Einkauf@Mueller-Maschinenbau.example "))

    assert contact.email == "einkauf@mueller-maschinenbau.example"


def test_a_contact_may_have_no_mail_address() -> None:
    contact = a_contact(email=None)

    assert checked(contact) == contact


@pytest.mark.parametrize(
    "text",
    [
        "einkauf",
        "einkauf@",
        "@mueller.example",
        "einkauf@mueller",
        "einkauf@mueller..example",
        "einkauf@-mueller.example",
        "ein kauf@mueller.example",
        "ein..kauf@mueller.example",
        ".einkauf@mueller.example",
        "einkauf@müller.example",
        "einkauf@mueller.example\nbcc: all@mueller.example",
        "a" * 65 + "@mueller.example",
        "a@" + "b." * 130 + "example",
    ],
)
def test_what_mail_cannot_reach_is_refused(text: str) -> None:
    with pytest.raises(BadMailAddress, match="is no mail address; write it like"):
        checked(a_contact(email=text))


@given(st.emails())
def test_an_address_that_is_taken_keeps_the_contract_of_the_event(text: str) -> None:
    try:
        address = mail_address(text)
    except BadMailAddress:
        return

    data: dict[str, object] = {
        "contact_id": "019e8232-600e-700e-8000-000000000014",
        "customer_id": "019e8232-600a-700a-8000-000000000010",
        "name": "Einkauf",
        "email": address,
        "phone": None,
        "roles": [],
    }
    validate("contact.created.v1", data)


def test_a_role_is_named_once() -> None:
    with pytest.raises(RoleTwice) as refused:
        checked(a_contact(roles=(Role.BILLING, Role.BILLING)))

    assert refused.value.details[0].field == "roles"
