"""The way to mail servers, and what only mails need: sanitising, winmail.dat, letters."""
