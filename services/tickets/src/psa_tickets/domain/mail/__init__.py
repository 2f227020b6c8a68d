"""What a mail is and what it means, without a server and without a clock."""
