"""What the service desk knows: plain Python, no clock, no database, no network."""
