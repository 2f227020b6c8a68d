"""What the CRM knows: plain Python, no clock, no database, no network."""
