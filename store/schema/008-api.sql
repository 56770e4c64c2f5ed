-- What the API keeps of accounts and sets beside what the gate needs.
ALTER TABLE account ADD COLUMN auto_warmup INTEGER NOT NULL DEFAULT 1
	CHECK (auto_warmup IN (0, 1));
-- What an account says of itself and its mail.
CREATE TABLE account_details (
	account_id INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE,
	mail_type TEXT NOT NULL,
	website TEXT NOT NULL,
	language TEXT NOT NULL,
	use_case TEXT NOT NULL,
	contacts TEXT NOT NULL -- one a line
);
-- As account.paused_by.
ALTER TABLE configuration_set ADD COLUMN paused_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE configuration_set ADD COLUMN pool TEXT NOT NULL DEFAULT '';
-- Recipients of messages that were refused.
ALTER TABLE tally ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;
-- Pages of a list by reason and time.
CREATE INDEX suppression_by_time
	ON suppression (account_id, reason, since_sec, address);
CREATE TABLE import_job (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid TEXT NOT NULL UNIQUE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	format INTEGER NOT NULL CHECK (format BETWEEN 0 AND 1), -- CSV, JSON
	action INTEGER NOT NULL CHECK (action BETWEEN 0 AND 1), -- PUT, DELETE
	source TEXT NOT NULL,
	state INTEGER NOT NULL -- created, processing, completed, failed
		CHECK (state BETWEEN 0 AND 3),
	created_sec INTEGER NOT NULL,
	completed_sec INTEGER NOT NULL,
	processed INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	error TEXT NOT NULL
);
CREATE INDEX import_job_by_account ON import_job (account_id, id);
CREATE INDEX import_job_open ON import_job (id) WHERE state < 2;
