CREATE TABLE template (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	subject TEXT NOT NULL,
	text TEXT NOT NULL,
	html TEXT NOT NULL,
	created_sec INTEGER NOT NULL,
	UNIQUE (account_id, name)
);
-- What confirms an address in the account's own words.
CREATE TABLE verification_template (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	from_address TEXT NOT NULL,
	subject TEXT NOT NULL,
	content TEXT NOT NULL, -- HTML
	success_url TEXT NOT NULL,
	failure_url TEXT NOT NULL,
	created_sec INTEGER NOT NULL,
	UNIQUE (account_id, name)
);
-- Where the page behind an identity's link sends the browser; outlives the link.
CREATE TABLE link_redirection (
	identity_id INTEGER PRIMARY KEY REFERENCES identity ON DELETE CASCADE,
	hash BLOB NOT NULL UNIQUE, -- of the link's token
	success_url TEXT NOT NULL,
	failure_url TEXT NOT NULL
);
