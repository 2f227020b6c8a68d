"""Engines that find text: PostgreSQL always, Elasticsearch where the operator runs it."""
