"""
The contracts between the services, as files and as checks.

A service's tests need three names: `samples`, `validate` and `schema`.
"""

from psa_contracts.events import ContractBroken, UnknownEvent, samples, schema, validate

__all__ = ["ContractBroken", "UnknownEvent", "samples", "schema", "validate"]
