"""The way to mail servers, and what only mails need: winmail.dat, letters."""
