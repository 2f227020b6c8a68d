"""Issued invoices and their lines."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from psa_common.db import Jsonb, Tx
from psa_common.identity import Principal
from psa_reports.domain.period import Days
from psa_reports.domain.revenue import RevenueRow
from psa_reports.queries.scope import visible_to

KEEP_SQL = """
    INSERT INTO invoices
           (id, number, customer_id, issued_on, currency, net_cents, vat_cents, gross_cents)
    VALUES (%(id)s, %(number)s, %(customer_id)s, %(issued_on)s, %(currency)s, %(net_cents)s,
            %(vat_cents)s, %(gross_cents)s)
        ON CONFLICT DO NOTHING
"""

# A period that was written the wrong way round is one all the same.
KEEP_LINES_SQL = """
    INSERT INTO invoice_lines
           (invoice_id, position, kind, service_from, service_to, net_cents)
    SELECT %(invoice_id)s::uuid, l.position, l.kind, least(l.service_from, l.service_to),
           greatest(l.service_from, l.service_to), l.net_cents
      FROM jsonb_to_recordset(%(lines)s)
        AS l (position integer, kind text, service_from date, service_to date, net_cents bigint)
        ON CONFLICT DO NOTHING
"""

KEEP_BILLED_SQL = """
    INSERT INTO billed_time_entries (time_entry_id, invoice_id)
    SELECT DISTINCT value::uuid, %(invoice_id)s::uuid
      FROM jsonb_array_elements_text(%(time_entry_ids)s)
        ON CONFLICT DO NOTHING
"""

ISSUED_SQL = """
    SELECT i.customer_id,
           c.number AS customer_number,
           c.name AS customer_name,
           i.currency,
           count(*) AS invoices,
           sum(l.recurring)::bigint AS recurring_cents,
           sum(l.time)::bigint AS time_cents,
           sum(l.one_off)::bigint AS one_off_cents,
           sum(l.credit)::bigint AS credit_cents,
           sum(l.other)::bigint AS other_cents,
           sum(i.net_cents)::bigint AS net_cents,
           sum(i.vat_cents)::bigint AS vat_cents,
           sum(i.gross_cents)::bigint AS gross_cents
      FROM invoices AS i
      LEFT JOIN customers AS c ON c.id = i.customer_id
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(net_cents) FILTER (WHERE kind = 'recurring'), 0) AS recurring,
                  coalesce(sum(net_cents) FILTER (WHERE kind = 'time'), 0) AS time,
                  coalesce(sum(net_cents) FILTER (WHERE kind = 'one_off'), 0) AS one_off,
                  coalesce(sum(net_cents) FILTER (WHERE kind = 'credit'), 0) AS credit,
                  coalesce(sum(net_cents) FILTER (
                      WHERE kind NOT IN ('recurring', 'time', 'one_off', 'credit')), 0) AS other
             FROM invoice_lines
            WHERE invoice_id = i.id) AS l
     WHERE i.issued_on >= %(since)s
       AND i.issued_on < %(until)s
       AND %(scope)s = 'all'
     GROUP BY i.customer_id, c.number, c.name, i.currency
     ORDER BY c.number, i.customer_id, i.currency
"""

# What a line gives to all days before a date is rounded to the cent, half away from zero; a
# month gets the difference of two such sums, so the months of a line add up to the line.
RENDERED_SQL = """
    SELECT i.customer_id,
           c.number AS customer_number,
           c.name AS customer_name,
           i.currency,
           count(DISTINCT i.id) AS invoices,
           coalesce(sum(s.cents) FILTER (WHERE l.kind = 'recurring'), 0)::bigint
               AS recurring_cents,
           coalesce(sum(s.cents) FILTER (WHERE l.kind = 'time'), 0)::bigint AS time_cents,
           coalesce(sum(s.cents) FILTER (WHERE l.kind = 'one_off'), 0)::bigint AS one_off_cents,
           coalesce(sum(s.cents) FILTER (WHERE l.kind = 'credit'), 0)::bigint AS credit_cents,
           coalesce(sum(s.cents) FILTER (
               WHERE l.kind NOT IN ('recurring', 'time', 'one_off', 'credit')), 0)::bigint
               AS other_cents,
           sum(s.cents)::bigint AS net_cents,
           NULL::bigint AS vat_cents,
           NULL::bigint AS gross_cents
      FROM invoice_lines AS l
      JOIN invoices AS i ON i.id = l.invoice_id
      LEFT JOIN customers AS c ON c.id = i.customer_id
     CROSS JOIN LATERAL (
           SELECT (l.service_to - l.service_from + 1)::numeric AS whole,
                  least(%(until)s::date, l.service_to + 1) - l.service_from AS upto_end,
                  greatest(%(since)s::date, l.service_from) - l.service_from AS upto_start
           ) AS d
     CROSS JOIN LATERAL (
           SELECT round(l.net_cents * d.upto_end / d.whole)
                  - round(l.net_cents * d.upto_start / d.whole) AS cents) AS s
     WHERE l.service_to >= %(since)s::date
       AND l.service_from < %(until)s::date
       AND %(scope)s = 'all'
     GROUP BY i.customer_id, c.number, c.name, i.currency
     ORDER BY c.number, i.customer_id, i.currency
"""


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """An issued invoice, as far as figures need it."""

    id: UUID
    number: str
    customer_id: UUID
    issued_on: date
    currency: str
    net_cents: int
    vat_cents: int
    gross_cents: int


def keep(tx: Tx, invoice: Invoice, lines: list[dict[str, Any]], time_entry_ids: list[UUID]) -> None:
    """Remember an issued invoice with its lines and the entries that it charges, once."""
    tx.defer(KEEP_SQL, **msgspec.structs.asdict(invoice))
    tx.defer(KEEP_LINES_SQL, invoice_id=invoice.id, lines=Jsonb(lines))
    tx.defer(KEEP_BILLED_SQL, invoice_id=invoice.id, time_entry_ids=Jsonb(time_entry_ids))


async def list_issued(tx: Tx, principal: Principal, days: Days) -> list[RevenueRow]:
    """Sum the invoices that were issued on these days, by customer and currency."""
    return await tx.fetch_all(RevenueRow, ISSUED_SQL, **_params(principal, days))


async def list_rendered(tx: Tx, principal: Principal, days: Days) -> list[RevenueRow]:
    """Sum what was rendered on these days, whenever it was invoiced."""
    return await tx.fetch_all(RevenueRow, RENDERED_SQL, **_params(principal, days))


def _params(principal: Principal, days: Days) -> dict[str, object]:
    scope = visible_to(principal)["scope"]
    return {"since": days.since, "until": days.until, "scope": scope}
