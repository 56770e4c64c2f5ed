-- Fates that wait for their message to become known.
CREATE INDEX fate_waiting ON fate (account_id, queue_id) WHERE counted = 2;
