-- Accounts, what belongs to them, their counters, and the list of changes.
-- Times are UTC seconds unless a name says usec. Numbers of identity.type,
-- identity.status and suppression.reason are those of rules/types.h and fixed.

-- One row, which the program keeps up to date.
CREATE TABLE schema_version (
	version INTEGER NOT NULL
);
INSERT INTO schema_version (version) VALUES (0);

CREATE TABLE account (
	id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
	name TEXT NOT NULL UNIQUE CHECK (name <> ''),
	production INTEGER NOT NULL CHECK (production IN (0, 1)),
	paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
	pause_reason TEXT NOT NULL,
	daily_quota INTEGER NOT NULL CHECK (daily_quota >= -1),
	rate REAL NOT NULL CHECK (rate > 0),
	policy TEXT NOT NULL CHECK (policy IN ('none', 'standard', 'strict')),
	pool TEXT NOT NULL,
	contact TEXT NOT NULL,
	created_sec INTEGER NOT NULL
);

CREATE TABLE login (
	name TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	created_sec INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX login_by_account ON login (account_id);

CREATE TABLE credential (
	access_key_id TEXT NOT NULL PRIMARY KEY CHECK (access_key_id <> ''),
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
	created_sec INTEGER NOT NULL,
	smtp_hash TEXT NOT NULL,
	sealed_secret BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX credential_by_account ON credential (account_id);

-- What Dovecot's passdb reads: disabled credentials are not in it.
CREATE VIEW dovecot_passdb (username, password) AS
	SELECT access_key_id, smtp_hash FROM credential WHERE enabled = 1;

-- A SASL name is a login or an access key id, never both.
CREATE TRIGGER login_name_is_free BEFORE INSERT ON login
WHEN EXISTS (SELECT 1 FROM credential WHERE access_key_id = NEW.name)
BEGIN
	SELECT RAISE(ABORT, 'the name is an access key id');
END;
CREATE TRIGGER credential_name_is_free BEFORE INSERT ON credential
WHEN EXISTS (SELECT 1 FROM login WHERE name = NEW.access_key_id)
BEGIN
	SELECT RAISE(ABORT, 'the name is a login');
END;

CREATE TABLE identity (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	type INTEGER NOT NULL CHECK (type BETWEEN 0 AND 1),
	status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
	signing_enabled INTEGER NOT NULL CHECK (signing_enabled IN (0, 1)),
	created_sec INTEGER NOT NULL,
	verified_sec INTEGER NOT NULL,
	UNIQUE (account_id, name)
);

CREATE TABLE dkim_key (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	identity_id INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
	selector TEXT NOT NULL CHECK (selector <> ''),
	algorithm TEXT NOT NULL CHECK (algorithm IN ('rsa', 'ed25519')),
	bits INTEGER NOT NULL,
	active INTEGER NOT NULL CHECK (active IN (0, 1)),
	created_sec INTEGER NOT NULL,
	public_base64 TEXT NOT NULL,
	sealed BLOB NOT NULL,
	UNIQUE (identity_id, selector)
);
CREATE UNIQUE INDEX dkim_key_active ON dkim_key (identity_id, algorithm)
	WHERE active = 1;

CREATE TABLE suppression (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	address TEXT NOT NULL CHECK (address <> ''),
	reason INTEGER NOT NULL CHECK (reason BETWEEN 0 AND 2),
	since_sec INTEGER NOT NULL,
	PRIMARY KEY (account_id, address)
) WITHOUT ROWID;

-- used is always the sum of the account's usage rows. expired_bucket says up to
-- where old ones were looked for.
CREATE TABLE quota (
	account_id INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE,
	used INTEGER NOT NULL CHECK (used >= 0),
	rate_state_usec INTEGER NOT NULL,
	expired_bucket INTEGER NOT NULL
);
CREATE TABLE usage (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	bucket INTEGER NOT NULL,
	recipients INTEGER NOT NULL CHECK (recipients >= 0),
	PRIMARY KEY (account_id, bucket)
) WITHOUT ROWID;

-- Written once a message at least: few indexes, and rows in order of age. (So the
-- end of an account reads the whole table: it is short, and that is rare.)
CREATE TABLE reservation (
	id INTEGER PRIMARY KEY,
	instance TEXT NOT NULL UNIQUE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	bucket_sec INTEGER NOT NULL,
	recipients INTEGER NOT NULL,
	queue_id TEXT NOT NULL,
	session TEXT NOT NULL,
	created_sec INTEGER NOT NULL,
	closed INTEGER NOT NULL,
	hashes BLOB NOT NULL -- 8 bytes a recipient, little-endian
);
CREATE INDEX reservation_by_queue_id ON reservation (queue_id)
	WHERE queue_id <> '';
CREATE INDEX reservation_by_session ON reservation (session)
	WHERE queue_id = '' AND session <> '';

CREATE TABLE notice (
	key TEXT NOT NULL PRIMARY KEY,
	text TEXT NOT NULL,
	first_sec INTEGER NOT NULL,
	last_sec INTEGER NOT NULL,
	count INTEGER NOT NULL
) WITHOUT ROWID;

-- What snapshots read to stay fresh. kind: enum store_change_kind. The newest
-- 100,000 are kept; a reader that is further behind loads everything anew. So
-- does one that finds another mark at the seq it knows: its database was
-- replaced.
CREATE TABLE change (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	kind INTEGER NOT NULL,
	id INTEGER NOT NULL,
	owner_id INTEGER NOT NULL,
	name TEXT NOT NULL,
	mark INTEGER NOT NULL DEFAULT (random())
);
CREATE TRIGGER change_purge AFTER INSERT ON change WHEN NEW.seq % 1000 = 0
BEGIN
	DELETE FROM change WHERE seq <= NEW.seq - 100000;
END;

CREATE TRIGGER account_insert AFTER INSERT ON account
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (0, NEW.id, NEW.id, NEW.name);
END;
CREATE TRIGGER account_update AFTER UPDATE ON account
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (0, NEW.id, NEW.id, NEW.name);
END;
CREATE TRIGGER account_delete AFTER DELETE ON account
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (0, OLD.id, OLD.id, OLD.name);
END;

CREATE TRIGGER login_insert AFTER INSERT ON login
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (1, NEW.account_id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER login_update AFTER UPDATE ON login
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (1, OLD.account_id, OLD.account_id, OLD.name),
		(1, NEW.account_id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER login_delete AFTER DELETE ON login
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (1, OLD.account_id, OLD.account_id, OLD.name);
END;

CREATE TRIGGER credential_insert AFTER INSERT ON credential
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (2, NEW.account_id, NEW.account_id, NEW.access_key_id);
END;
CREATE TRIGGER credential_update AFTER UPDATE ON credential
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (2, OLD.account_id, OLD.account_id, OLD.access_key_id),
		(2, NEW.account_id, NEW.account_id, NEW.access_key_id);
END;
CREATE TRIGGER credential_delete AFTER DELETE ON credential
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (2, OLD.account_id, OLD.account_id, OLD.access_key_id);
END;

CREATE TRIGGER identity_insert AFTER INSERT ON identity
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (3, NEW.id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER identity_update AFTER UPDATE ON identity
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (3, OLD.id, OLD.account_id, OLD.name),
		(3, NEW.id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER identity_delete AFTER DELETE ON identity
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (3, OLD.id, OLD.account_id, OLD.name);
END;

CREATE TRIGGER dkim_key_insert AFTER INSERT ON dkim_key
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (4, NEW.id, NEW.identity_id, '');
END;
CREATE TRIGGER dkim_key_update AFTER UPDATE ON dkim_key
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (4, OLD.id, OLD.identity_id, ''),
		(4, NEW.id, NEW.identity_id, '');
END;
CREATE TRIGGER dkim_key_delete AFTER DELETE ON dkim_key
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (4, OLD.id, OLD.identity_id, '');
END;

CREATE TRIGGER suppression_insert AFTER INSERT ON suppression
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (5, NEW.account_id, NEW.account_id, NEW.address);
END;
CREATE TRIGGER suppression_update AFTER UPDATE ON suppression
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (5, OLD.account_id, OLD.account_id, OLD.address),
		(5, NEW.account_id, NEW.account_id, NEW.address);
END;
CREATE TRIGGER suppression_delete AFTER DELETE ON suppression
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (5, OLD.account_id, OLD.account_id, OLD.address);
END;
