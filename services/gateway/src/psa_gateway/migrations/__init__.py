"""The gateway has no tables of its own: its schema holds the inbox of psa_events."""
