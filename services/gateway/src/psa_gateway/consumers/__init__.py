"""Whom the gateway listens to; the worker, which holds the line to Redis, makes the handlers."""

EVENT_TYPES = ("session.revoked.v1", "user.deactivated.v1", "signing_key.rotated.v1")
