"""Routes of automatic assignment: agents, absences, lead technicians, rules, decisions."""

from psa_tickets.http.assignment import agents, decisions, rules, technicians

ROUTES = (agents.ROUTER, technicians.ROUTER, rules.ROUTER, decisions.ROUTER)
