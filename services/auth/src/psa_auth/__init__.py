"""
Who may come in, and what they may do there.

It owns tenants, their users, roles and sessions, and the keys that access tokens are signed
with. Others verify a token by themselves and learn of people through events.
"""
