-- An account's own customers: what is theirs, and whether they may send.
CREATE TABLE tenant (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	uuid TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL CHECK (name <> ''),
	created_sec INTEGER NOT NULL,
	UNIQUE (account_id, name)
);
CREATE TABLE tenant_resource (
	tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
	resource TEXT NOT NULL, -- "identity/example.com", …
	created_sec INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, resource)
) WITHOUT ROWID;
-- Pools of sending addresses. account_id NULL: the operator's, for all.
CREATE TABLE pool (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER REFERENCES account ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	scaling INTEGER NOT NULL DEFAULT 0, -- 0 standard, 1 managed
	created_sec INTEGER NOT NULL
);
CREATE UNIQUE INDEX pool_by_name ON pool (COALESCE(account_id, 0), name);
CREATE TABLE dedicated_ip (
	address TEXT NOT NULL PRIMARY KEY,
	account_id INTEGER REFERENCES account ON DELETE SET NULL,
	pool_id INTEGER REFERENCES pool ON DELETE SET NULL,
	warmup INTEGER NOT NULL DEFAULT 0, -- 0 not applicable, 1 in progress, 2 done
	percentage INTEGER NOT NULL DEFAULT 100,
	created_sec INTEGER NOT NULL
) WITHOUT ROWID;
