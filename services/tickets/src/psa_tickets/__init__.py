"""
The service desk: what customers ask for, what we promised them, and what it took.

It owns tickets, their conversation and SLA clocks, and the one ledger of time worked, be it on
a ticket or on a project's task. Others learn of all this through its events.
"""
