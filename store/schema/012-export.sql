-- What accounts have written into files to be fetched, and how far uploads are.
CREATE TABLE export_job (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid TEXT NOT NULL UNIQUE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1), -- suppressions, messages
	filter TEXT NOT NULL, -- JSON: members of the list's query
	state INTEGER NOT NULL -- waiting, running, done, failed
		CHECK (state BETWEEN 0 AND 3),
	created_sec INTEGER NOT NULL,
	expires_sec INTEGER NOT NULL,
	records INTEGER NOT NULL,
	bytes INTEGER NOT NULL,
	percent INTEGER NOT NULL, -- -1: not known
	error TEXT NOT NULL
);
CREATE INDEX export_job_by_account ON export_job (account_id, id);
CREATE INDEX export_job_open ON export_job (id) WHERE state < 2;
CREATE INDEX export_job_expires ON export_job (expires_sec);

-- Of the file, when it is known.
ALTER TABLE import_job ADD COLUMN percent INTEGER NOT NULL DEFAULT -1;

-- Pages of a list by reason and address.
CREATE INDEX suppression_by_reason ON suppression (account_id, reason, address);
