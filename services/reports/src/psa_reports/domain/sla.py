"""How well promises were kept: per priority and metric, and per metric in all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from psa_reports.domain.figures import percent, percent_of

#: The answer comes before the solution.
METRICS = ("response", "resolution")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Clocks that stopped, of one priority, metric and budget."""

    priority: str
    metric: str
    budget_minutes: int
    measured: int
    met: int
    consumed_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCount:
    """Alerts of one priority and metric."""

    priority: str
    metric: str
    warnings: int
    breaches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaRow:
    """
    How clocks did; in a total, `priority` is null.

    `met_percent` is the share of the measured ones that were met. `average_consumed_percent` is
    the mean of the share of its budget that each has used; both rounded half up, once.
    """

    priority: str | None
    metric: str
    measured: int
    met: int
    missed: int
    met_percent: Decimal | None
    average_consumed_percent: Decimal | None
    warnings: int
    breaches: int


def rows_of(measured: Sequence[Measured], alerts: Sequence[AlertCount]) -> list[SlaRow]:
    """Return a row for each priority and metric that was measured or has warned."""
    keys = {(item.priority, item.metric) for item in (*measured, *alerts)}
    return [
        _row(
            priority,
            metric,
            [item for item in measured if (item.priority, item.metric) == (priority, metric)],
            [item for item in alerts if (item.priority, item.metric) == (priority, metric)],
        )
        for priority, metric in sorted(keys, key=lambda key: (key[0], _rank(key[1]), key[1]))
    ]


def totals_of(measured: Sequence[Measured], alerts: Sequence[AlertCount]) -> list[SlaRow]:
    """Return a row for each metric, over all priorities; the means are taken anew."""
    metrics = {item.metric for item in (*measured, *alerts)}
    return [
        _row(
            None,
            metric,
            [item for item in measured if item.metric == metric],
            [item for item in alerts if item.metric == metric],
        )
        for metric in sorted(metrics, key=lambda metric: (_rank(metric), metric))
    ]


def _row(
    priority: str | None, metric: str, measured: Sequence[Measured], alerts: Iterable[AlertCount]
) -> SlaRow:
    alerts = list(alerts)
    count = sum(item.measured for item in measured)
    met = sum(item.met for item in measured)
    used = sum((Fraction(item.consumed_minutes, item.budget_minutes) for item in measured), _ZERO)
    return SlaRow(
        priority=priority,
        metric=metric,
        measured=count,
        met=met,
        missed=count - met,
        met_percent=percent_of(met, count),
        average_consumed_percent=percent(used / count) if count else None,
        warnings=sum(item.warnings for item in alerts),
        breaches=sum(item.breaches for item in alerts),
    )


_ZERO = Fraction(0)


def _rank(metric: str) -> int:
    return METRICS.index(metric) if metric in METRICS else len(METRICS)
