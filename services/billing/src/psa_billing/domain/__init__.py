"""The rules of billing: pure values and functions that know no clock, database or network."""
