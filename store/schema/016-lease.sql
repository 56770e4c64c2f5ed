-- Parts of quotas that processes have taken at once and spend from memory. What is
-- granted stands in quota and usage already; what of it is unspent is given back.

-- A process that takes leases. mark also stands in its mapped file, so that a
-- file of another database is noticed.
CREATE TABLE holder (
	id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
	host TEXT NOT NULL CHECK (host <> ''),
	program TEXT NOT NULL CHECK (program <> ''),
	mark INTEGER NOT NULL,
	made_sec INTEGER NOT NULL,
	renewed_sec INTEGER NOT NULL
);

-- serial: a lease made anew in the same bucket has another. until_usec: by the
-- database's clock nothing is spent of it any more then.
CREATE TABLE lease (
	holder_id INTEGER NOT NULL REFERENCES holder ON DELETE CASCADE,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	bucket_sec INTEGER NOT NULL, -- of usage
	serial INTEGER NOT NULL,
	granted INTEGER NOT NULL CHECK (granted >= 0),
	spent INTEGER NOT NULL CHECK (spent >= 0), -- as last reported
	until_usec INTEGER NOT NULL,
	recalled INTEGER NOT NULL CHECK (recalled IN (0, 1)),
	PRIMARY KEY (account_id, holder_id, bucket_sec)
) WITHOUT ROWID;
CREATE INDEX lease_by_holder ON lease (holder_id);
CREATE INDEX lease_recalled ON lease (holder_id) WHERE recalled = 1;

-- 0: the clock of the machine that asks.
CREATE VIEW database_clock (now_usec) AS SELECT 0;
