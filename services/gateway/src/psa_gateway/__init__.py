"""
The gateway: the one way in.

It knows no business. It finds the service of a path, checks the token and the rate, and
copies bytes both ways; everything that a client could have forged stays outside.
"""
