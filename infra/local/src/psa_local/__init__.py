"""The whole suite on one machine: private servers, a supervisor, and the psa command."""
