-- People who sign in, where they are signed in, and tries that failed.
CREATE TABLE console_user (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL UNIQUE CHECK (name <> ''),
	role INTEGER NOT NULL CHECK (role BETWEEN 0 AND 1), -- operator, account
	account_id INTEGER REFERENCES account ON DELETE CASCADE,
	password_hash TEXT NOT NULL, -- argon2id, with its parameters
	must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)),
	enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
	-- The second factor's secret, sealed; of zero bytes: none. Pending: not
	-- confirmed yet.
	totp_sealed BLOB NOT NULL,
	totp_pending BLOB NOT NULL,
	totp_step INTEGER NOT NULL DEFAULT 0, -- of the last code that was taken
	created_sec INTEGER NOT NULL,
	password_sec INTEGER NOT NULL,            -- changed
	signed_in_sec INTEGER NOT NULL DEFAULT 0, -- last; 0 never
	CHECK ((role = 0) = (account_id IS NULL))
);
CREATE INDEX console_user_by_account ON console_user (account_id, name);
CREATE TABLE console_session (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	token_hash TEXT NOT NULL UNIQUE, -- SHA-256, hexadecimal
	user_id INTEGER NOT NULL REFERENCES console_user ON DELETE CASCADE,
	created_sec INTEGER NOT NULL,
	used_sec INTEGER NOT NULL,
	expires_sec INTEGER NOT NULL,
	address TEXT NOT NULL,
	user_agent TEXT NOT NULL
);
CREATE INDEX console_session_by_user ON console_session (user_id, id);
CREATE INDEX console_session_by_expiry ON console_session (expires_sec);
-- Of a user name (there need not be such a user) and a network; of the name from
-- everywhere: network ''; of the network for all names: name ''.
CREATE TABLE sign_in_failure (
	user_name TEXT NOT NULL,
	network TEXT NOT NULL,
	failures INTEGER NOT NULL,
	locks INTEGER NOT NULL, -- one after another
	since_sec INTEGER NOT NULL,
	last_sec INTEGER NOT NULL,
	locked_until_sec INTEGER NOT NULL, -- 0 never
	PRIMARY KEY (user_name, network)
);
CREATE INDEX sign_in_failure_by_time ON sign_in_failure (last_sec);
