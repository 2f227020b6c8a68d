"""What kind of thing an asset is; contracts count by it."""

from enum import StrEnum


class AssetClass(StrEnum):
    """The kinds that contracts tell apart."""

    SERVER = "server"
    VM = "vm"
    WORKSTATION = "workstation"
    MOBILE = "mobile"
    PRINTER = "printer"
    NAS = "nas"
    FIREWALL = "firewall"
    SWITCH = "switch"
    NETWORK = "network"
    SOFTWARE = "software"
    OTHER = "other"
