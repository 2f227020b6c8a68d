"""What reports know: plain Python, no clock, no database, no network."""
