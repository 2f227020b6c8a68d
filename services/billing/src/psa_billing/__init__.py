"""
Contracts and what they come to: billing runs, invoices, and why each line says what it says.

It listens to customers, assets and approved time, and bills each period and each entry once.
"""
