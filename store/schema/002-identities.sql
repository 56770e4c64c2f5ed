-- Proofs of identities, rotation of keys, MAIL FROM domains, links, letters,
-- grants to other accounts, requests for production access. Numbers of status,
-- subject, origin, kind and error are those of rules/types.h,
-- rules/verification.h, rules/key_plan.h and store/store.h, and fixed.

ALTER TABLE identity ADD COLUMN dkim_status INTEGER NOT NULL DEFAULT 0
	CHECK (dkim_status BETWEEN 0 AND 4);
ALTER TABLE identity ADD COLUMN mail_from TEXT NOT NULL DEFAULT '';
ALTER TABLE identity ADD COLUMN mail_from_status INTEGER NOT NULL DEFAULT 0
	CHECK (mail_from_status BETWEEN 0 AND 4);
ALTER TABLE identity ADD COLUMN mail_from_reject INTEGER NOT NULL DEFAULT 0
	CHECK (mail_from_reject IN (0, 1));
-- Sum of enum store_proof: what the status rests on.
ALTER TABLE identity ADD COLUMN proofs INTEGER NOT NULL DEFAULT 0;
-- Value of the TXT record that proves the domain; '' for addresses.
ALTER TABLE identity ADD COLUMN txt_token TEXT NOT NULL DEFAULT '';
-- Three tokens of Easy DKIM, separated by blanks; '' when there are none.
ALTER TABLE identity ADD COLUMN easy_tokens TEXT NOT NULL DEFAULT '';

-- Identities of before were verified by the operator's word; their keys sign.
UPDATE identity SET proofs = 8 WHERE status = 2;
UPDATE identity SET dkim_status = CASE WHEN status = 2 THEN 2 ELSE 1 END
	WHERE id IN (SELECT identity_id FROM dkim_key WHERE active = 1);

ALTER TABLE dkim_key ADD COLUMN origin INTEGER NOT NULL DEFAULT 0
	CHECK (origin BETWEEN 0 AND 2);
ALTER TABLE dkim_key ADD COLUMN slot INTEGER NOT NULL DEFAULT 0
	CHECK (slot BETWEEN 0 AND 2);
-- In the operator's zone since, last time (Easy DKIM); 0: not yet.
ALTER TABLE dkim_key ADD COLUMN published_sec INTEGER NOT NULL DEFAULT 0;
-- First and last time that DNS had it; 0: never.
ALTER TABLE dkim_key ADD COLUMN seen_sec INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dkim_key ADD COLUMN last_seen_sec INTEGER NOT NULL DEFAULT 0;
-- Took over, stopped signing; 0: not yet.
ALTER TABLE dkim_key ADD COLUMN active_sec INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dkim_key ADD COLUMN retired_sec INTEGER NOT NULL DEFAULT 0;
-- The calendar takes the key for one that began to sign then, if that is later.
ALTER TABLE dkim_key ADD COLUMN put_off_sec INTEGER NOT NULL DEFAULT 0;
UPDATE dkim_key SET active_sec = created_sec WHERE active = 1;
CREATE INDEX dkim_key_unpublished ON dkim_key (published_sec) WHERE origin = 1;
CREATE INDEX dkim_key_by_age ON dkim_key (active_sec) WHERE active = 1;
CREATE INDEX dkim_key_retired ON dkim_key (retired_sec) WHERE retired_sec > 0;
-- A name below dkim.zone is one key's.
CREATE UNIQUE INDEX dkim_key_easy ON dkim_key (selector) WHERE origin = 1;

-- Readers of changes hear of what they keep: not of looks and of dates.
DROP TRIGGER identity_update;
CREATE TRIGGER identity_update AFTER UPDATE ON identity
WHEN OLD.id <> NEW.id OR OLD.account_id <> NEW.account_id
	OR OLD.name <> NEW.name OR OLD.type <> NEW.type
	OR OLD.status <> NEW.status
	OR OLD.signing_enabled <> NEW.signing_enabled
	OR OLD.dkim_status <> NEW.dkim_status
	OR OLD.mail_from <> NEW.mail_from
	OR OLD.mail_from_status <> NEW.mail_from_status
	OR OLD.mail_from_reject <> NEW.mail_from_reject
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (3, OLD.id, OLD.account_id, OLD.name),
		(3, NEW.id, NEW.account_id, NEW.name);
END;
DROP TRIGGER dkim_key_update;
CREATE TRIGGER dkim_key_update AFTER UPDATE ON dkim_key
WHEN OLD.id <> NEW.id OR OLD.identity_id <> NEW.identity_id
	OR OLD.selector <> NEW.selector OR OLD.algorithm <> NEW.algorithm
	OR OLD.active <> NEW.active OR OLD.sealed <> NEW.sealed
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (4, OLD.id, OLD.identity_id, ''),
		(4, NEW.id, NEW.identity_id, '');
END;

-- Names below dkim.zone that must go from it.
CREATE TABLE zone_removal (
	name TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;
CREATE TRIGGER dkim_key_unpublish AFTER DELETE ON dkim_key WHEN OLD.origin = 1
BEGIN
	INSERT INTO zone_removal (name) VALUES (OLD.selector)
	ON CONFLICT (name) DO NOTHING;
END;

-- What is looked for in DNS, one row for each thing that has a status. Not in
-- identity, so that a look that changes no status wakes no reader of changes.
CREATE TABLE verification (
	identity_id INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
	subject INTEGER NOT NULL CHECK (subject BETWEEN 0 AND 2),
	started_sec INTEGER NOT NULL,
	checked_sec INTEGER NOT NULL,
	success_sec INTEGER NOT NULL,
	failing_sec INTEGER NOT NULL,
	next_sec INTEGER NOT NULL, -- 0: not looked at any more
	error INTEGER NOT NULL CHECK (error BETWEEN 0 AND 5),
	PRIMARY KEY (identity_id, subject)
) WITHOUT ROWID;
-- Domains of before are looked for from now on.
INSERT INTO verification SELECT id, 0, now, 0, 0, 0, now, 0 FROM identity,
	(SELECT CAST(strftime('%s', 'now') AS INTEGER) AS now) WHERE type = 1;
INSERT INTO verification SELECT id, 1, now, 0, 0, 0, now, 0 FROM identity,
	(SELECT CAST(strftime('%s', 'now') AS INTEGER) AS now)
	WHERE type = 1 AND dkim_status <> 0;
CREATE INDEX verification_due ON verification (next_sec) WHERE next_sec > 0;

-- The one valid confirmation link of an address.
CREATE TABLE link (
	hash BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the token
	identity_id INTEGER NOT NULL UNIQUE REFERENCES identity
		ON DELETE CASCADE,
	created_sec INTEGER NOT NULL,
	expires_sec INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX link_by_end ON link (expires_sec);
-- How often an address was written to, by whatever account.
CREATE TABLE link_sent (
	id INTEGER PRIMARY KEY,
	address TEXT NOT NULL, -- whole in lower case
	sent_sec INTEGER NOT NULL
);
CREATE INDEX link_sent_by_address ON link_sent (address, sent_sec);
CREATE INDEX link_sent_by_age ON link_sent (sent_sec);

-- Letters of sendward's own on their way out.
CREATE TABLE letter (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	kind INTEGER NOT NULL,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	identity_id INTEGER REFERENCES identity ON DELETE CASCADE,
	recipient TEXT NOT NULL CHECK (recipient <> ''),
	facts TEXT NOT NULL, -- JSON object of strings
	sealed BLOB NOT NULL, -- token of a link, else empty
	created_sec INTEGER NOT NULL,
	next_sec INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	error TEXT NOT NULL
);
CREATE INDEX letter_due ON letter (next_sec);
CREATE INDEX letter_by_account ON letter (account_id);
CREATE INDEX letter_by_identity ON letter (identity_id, kind);

-- Another account may send as an identity.
CREATE TABLE identity_grant (
	identity_id INTEGER NOT NULL REFERENCES identity ON DELETE CASCADE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	from_pattern TEXT NOT NULL CHECK (from_pattern <> ''),
	created_sec INTEGER NOT NULL,
	PRIMARY KEY (identity_id, account_id, from_pattern)
) WITHOUT ROWID;
CREATE INDEX identity_grant_by_account ON identity_grant (account_id);
CREATE TRIGGER identity_grant_insert AFTER INSERT ON identity_grant
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (6, NEW.identity_id, NEW.account_id, '');
END;
CREATE TRIGGER identity_grant_delete AFTER DELETE ON identity_grant
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (6, OLD.identity_id, OLD.account_id, '');
END;

-- Requests for production access; the open one of an account is PENDING.
CREATE TABLE access_request (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	mail_type TEXT NOT NULL
		CHECK (mail_type IN ('TRANSACTIONAL', 'MARKETING')),
	website TEXT NOT NULL,
	use_case TEXT NOT NULL,
	status TEXT NOT NULL
		CHECK (status IN ('PENDING', 'GRANTED', 'DENIED')),
	reason TEXT NOT NULL,
	created_sec INTEGER NOT NULL,
	decided_sec INTEGER NOT NULL
);
CREATE INDEX access_request_by_account ON access_request (account_id);
CREATE UNIQUE INDEX access_request_open ON access_request (account_id)
	WHERE status = 'PENDING';
