-- From which mail domains a customer's people write, so that mail of a stranger finds its customer.
ALTER TABLE customers ADD COLUMN mail_domains text[] NOT NULL DEFAULT '{}';
