-- Sending authorization as documents, beside single grants (identity_grant).
CREATE TABLE identity_policy (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	identity_id INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	document TEXT NOT NULL, -- JSON, as it came
	created_sec INTEGER NOT NULL,
	UNIQUE (identity_id, name)
);
-- resource: "identity/example.com", "configuration-set/x", …
CREATE TABLE tag (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	resource TEXT NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (account_id, resource, key)
) WITHOUT ROWID;
