"""Invoices as documents: XRechnung, the rules it must pass, and the PDF."""
