"""What the asset register knows: plain Python, no clock, no database, no network."""
