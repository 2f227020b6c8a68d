"""
The assets: what customers have that somebody looks after, in which state, and since when.

It owns assets and their history by effective day, which is the evidence for what a contract
counts. Others learn of it through events.
"""
