"""The main job, played by people over the public API: `./psa demo`, and the cast of the stories."""

from psa_local.demo.command import main

__all__ = ["main"]
