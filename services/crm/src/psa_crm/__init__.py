"""
The customers: who they are, where they are, whom to call, and how they are billed.

It owns customers with their contacts, locations and billing accounts, and sees to it that what
ends up on an invoice is right before an invoice is written. Others learn of it through events.
"""
