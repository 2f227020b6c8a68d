"""Time worked, and what else a visit costs: pure rules."""
