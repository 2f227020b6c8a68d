"""The locked period: closed, but for those who may open it and say why."""

from collections.abc import Iterable
from datetime import date

from psa_common import audit
from psa_common.db import Tx
from psa_common.identity import Principal
from psa_tickets.domain.time.rules import (
    LockOverrideForbidden,
    TimeRules,
    is_locked,
    refuse_locked_day,
)


def open_days(
    tx: Tx, principal: Principal, days: Iterable[date], reason: str | None, rules: TimeRules
) -> None:
    """
    Let *days* be changed, writing down who did so in a locked period, and why.

    Raises PeriodLocked without a reason, LockOverrideForbidden without the permission.
    """
    locked = sorted({day for day in days if is_locked(day, rules)})
    if not locked:
        return
    if reason is None:
        refuse_locked_day(locked[0], rules)
    if principal.scope("time_entry:lock") is None:
        raise LockOverrideForbidden
    after = {"reason": reason, "days": locked, "locked_until": rules.locked_until}
    audit.record(tx, "time_lock.overridden", "time_lock", principal.tenant_id, after=after)
