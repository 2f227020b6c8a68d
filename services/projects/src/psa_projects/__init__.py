"""
Projects: what is to be done, in tasks, and the time that went into it.

It owns projects and their tasks. The time booked on them is a read copy: the service desk owns
the one ledger of time, and its approved entries arrive as events.
"""
