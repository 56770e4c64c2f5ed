-- Sending authorization as documents, beside single grants (identity_grant).
CREATE TABLE identity_policy (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	identity_id INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	document TEXT NOT NULL, -- JSON, as it came
	created_sec INTEGER NOT NULL,
	UNIQUE (identity_id, name)
);
-- What a document allows; goes with it. identity_id is the policy's: the change
-- must name it when the policy is gone already.
CREATE TABLE policy_grant (
	policy_id INTEGER NOT NULL REFERENCES identity_policy ON DELETE CASCADE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	from_pattern TEXT NOT NULL CHECK (from_pattern <> ''),
	identity_id INTEGER NOT NULL,
	PRIMARY KEY (policy_id, account_id, from_pattern)
) WITHOUT ROWID;
CREATE INDEX policy_grant_by_account ON policy_grant (account_id);
CREATE INDEX policy_grant_by_identity ON policy_grant (identity_id);
CREATE TRIGGER policy_grant_insert AFTER INSERT ON policy_grant
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (6, NEW.identity_id, NEW.account_id, '');
END;
CREATE TRIGGER policy_grant_delete AFTER DELETE ON policy_grant
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (6, OLD.identity_id, OLD.account_id, '');
END;
-- resource: "identity/example.com", "configuration-set/x", …
CREATE TABLE tag (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	resource TEXT NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (account_id, resource, key)
) WITHOUT ROWID;
