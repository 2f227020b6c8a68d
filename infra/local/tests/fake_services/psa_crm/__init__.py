"""A service that is ready at once and does nothing."""
