"""What projects know: plain Python, no clock, no database, no network."""
