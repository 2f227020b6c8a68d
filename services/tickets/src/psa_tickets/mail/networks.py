"""
Which addresses we connect to when somebody configures a mail server.

A tenant's administrator chooses the host. Without this, "sign in at 169.254.169.254" would let
them look, through us, at what only our own machine may reach.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

IpAddress: TypeAlias = IPv4Address | IPv6Address
IpNetwork: TypeAlias = IPv4Network | IPv6Network

RESOLVE_SECONDS = 10.0


class AddressForbidden(Exception):
    """The host leads to where no mail server of a customer may be; the message is for a person."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} leads to an address that mail servers are not reached at here.")


class Networks:
    """Public and private addresses, and whatever else the installation allows by name."""

    def __init__(self, allowed: Sequence[IpNetwork] = ()) -> None:
        self._allowed = tuple(allowed)

    async def check(self, host: str, port: int) -> None:
        """
        Raise AddressForbidden unless every address of *host* may be connected to.

        Raises OSError for a name that leads nowhere.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise OSError(f"{host} is not the name of a host") from None
        self.check_all(host, [str(one[4][0]) for one in found])

    def check_all(self, host: str, addresses: Sequence[str]) -> None:
        """Raise AddressForbidden unless all *addresses* of *host* may be connected to."""
        if not all(self._may_be_reached(ip_address(one.partition("%")[0])) for one in addresses):
            raise AddressForbidden(host)

    def _may_be_reached(self, address: IpAddress) -> bool:
        if isinstance(address, IPv6Address):
            # An IPv4 address in the clothes of IPv6 is still that address.
            address = address.ipv4_mapped or address.sixtofour or address
        if any(address in network for network in self._allowed):
            return True
        return not (
            address.is_loopback
            or address.is_link_local
            or address.is_unspecified
            or address.is_multicast
            or address.is_reserved
        )


def networks_of(text: str) -> Networks:
    """Return what "127.0.0.0/8, ::1/128" allows besides; raises ValueError."""
    return Networks(tuple(ip_network(one.strip()) for one in text.split(",") if one.strip()))
