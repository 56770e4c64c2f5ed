-- What a credential may do: 0 all, 1 send, 2 read by the API alone.
ALTER TABLE credential ADD COLUMN permission INTEGER NOT NULL DEFAULT 0
	CHECK (permission BETWEEN 0 AND 2);

-- Disabled credentials and those that may only read are not in it.
DROP VIEW dovecot_passdb;
CREATE VIEW dovecot_passdb (username, password) AS
	SELECT access_key_id, smtp_hash FROM credential
	WHERE enabled = 1 AND permission <> 2;
