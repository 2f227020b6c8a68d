"""How tickets belong together: merged, parent and child, linked, watched."""
