-- Sends by the API that are to happen once: what the first try was answered.
CREATE TABLE once (
	access_key_id TEXT NOT NULL,
	key TEXT NOT NULL,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	body_hash TEXT NOT NULL,
	state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1), -- begun, answered
	holder TEXT NOT NULL, -- process that has begun it
	answer TEXT NOT NULL,
	created_msec INTEGER NOT NULL,
	PRIMARY KEY (access_key_id, key)
) WITHOUT ROWID;
CREATE INDEX once_by_age ON once (created_msec);
CREATE INDEX once_by_account ON once (account_id);
