-- What the API keeps of accounts and sets beside what the gate needs.
ALTER TABLE access_request ADD COLUMN language TEXT NOT NULL DEFAULT '';
-- One a line.
ALTER TABLE access_request ADD COLUMN contacts TEXT NOT NULL DEFAULT '';
ALTER TABLE configuration_set ADD COLUMN paused_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE configuration_set ADD COLUMN pool TEXT NOT NULL DEFAULT '';
CREATE TABLE import_job (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid TEXT NOT NULL UNIQUE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	format INTEGER NOT NULL, -- 0 CSV, 1 JSON
	action INTEGER NOT NULL, -- 0 PUT, 1 DELETE
	source TEXT NOT NULL,
	state INTEGER NOT NULL, -- 0 created, 1 processing, 2 completed, 3 failed
	created_sec INTEGER NOT NULL,
	completed_sec INTEGER NOT NULL,
	processed INTEGER NOT NULL,
	failed INTEGER NOT NULL,
	error TEXT NOT NULL
);
CREATE INDEX import_job_by_account ON import_job (account_id, id);
CREATE INDEX import_job_open ON import_job (id) WHERE state < 2;
