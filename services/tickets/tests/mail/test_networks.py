"""A mail server may be anywhere but where only our own machine gets."""

import pytest

from psa_common.testing import Api
from psa_tickets.mail.networks import AddressForbidden, Networks, networks_of


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fe80::1%eth0", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_what_only_we_can_reach_is_no_mail_server(address: str) -> None:
    with pytest.raises(AddressForbidden):
        Networks().check_all("mail.example", [address])


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "10.0.0.25", "192.168.1.25", "172.16.0.1", "2a00:1450::1", "fd00::25"]
)
def test_public_and_private_servers_are_reached(address: str) -> None:
    Networks().check_all("mail.example", [address])


def test_one_forbidden_address_forbids_the_host() -> None:
    with pytest.raises(AddressForbidden):
        Networks().check_all("mail.example", ["8.8.8.8", "127.0.0.1"])


def test_an_installation_may_allow_more() -> None:
    networks_of("127.0.0.0/8, ::1/128").check_all("localhost", ["127.0.0.1", "::1"])


def test_nothing_allows_nothing_more() -> None:
    with pytest.raises(AddressForbidden):
        networks_of("").check_all("localhost", ["127.0.0.1"])


def test_a_mistake_in_the_setting_is_said() -> None:
    with pytest.raises(ValueError, match="not appear to be"):
        networks_of("everything")


async def test_a_name_is_judged_by_what_it_leads_to() -> None:
    with pytest.raises(AddressForbidden, match="localhost"):
        await Networks().check("localhost", 25)


async def test_a_name_that_cannot_be_one_leads_nowhere() -> None:
    with pytest.raises(OSError, match="not the name"):
        await Networks().check("a" * 64 + ".example", 25)


async def test_trying_out_a_server_of_our_own_machine_says_no(desk: Api) -> None:
    account = {
        "host": "169.254.169.254",
        "port": 80,
        "security": "none",
        "user": "x",
        "password": "y",
    }
    mailbox = await desk.post(
        "/mailboxes", {"name": "M", "address": "m@msp.example", "imap": account, "smtp": account}
    )

    tried = await desk.post(f"/mailboxes/{mailbox.json()['data']['id']}/test")

    trial = tried.json()["data"]["attributes"]
    assert "169.254.169.254 leads to" in trial["imap"]
    assert "169.254.169.254 leads to" in trial["smtp"]
