"""
Reports: what happened, in figures.

It keeps read models that are built from the other services' events and from nothing else, and
shows them as JSON and as CSV.
"""
