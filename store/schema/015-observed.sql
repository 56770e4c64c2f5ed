-- Programs that run, each saying so now and then.
CREATE TABLE heartbeat (
	program TEXT NOT NULL,
	host TEXT NOT NULL,
	pid INTEGER NOT NULL,
	started_sec INTEGER NOT NULL,
	seen_sec INTEGER NOT NULL,
	version TEXT NOT NULL,
	detail TEXT NOT NULL,
	PRIMARY KEY (program, host, pid)
) WITHOUT ROWID;
-- Who sends as whom while nothing is refused (mode monitor).
CREATE TABLE observed (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	login TEXT NOT NULL, -- '' none: then of a network
	network TEXT NOT NULL, -- '' with a login
	domain TEXT NOT NULL, -- of the header From
	-- the network's; no reference: it may be gone
	account_id INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	first_sec INTEGER NOT NULL,
	last_sec INTEGER NOT NULL,
	-- of the newest message
	verdict INTEGER NOT NULL CHECK (verdict IN (0, 1)), -- pass, refuse
	reason TEXT NOT NULL,
	UNIQUE (login, network, domain)
);
CREATE INDEX observed_by_messages ON observed (messages, id);
-- Who is assigned to a pool.
CREATE INDEX account_by_pool ON account (pool) WHERE pool <> '';
CREATE INDEX observed_by_time ON observed (last_sec);
