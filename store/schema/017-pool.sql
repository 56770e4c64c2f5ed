-- How mail goes out of a dedicated address. label: its name in return paths; helo: ''
-- the MTA's own; host: the one machine that has the address, '' every one; weight: its
-- share of the pool's mail; warmup_since_sec: when percentage was so.
ALTER TABLE dedicated_ip ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE dedicated_ip ADD COLUMN helo TEXT NOT NULL DEFAULT '';
ALTER TABLE dedicated_ip ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE dedicated_ip ADD COLUMN weight INTEGER NOT NULL DEFAULT 1
	CHECK (weight BETWEEN 0 AND 1000);
ALTER TABLE dedicated_ip ADD COLUMN warmup_since_sec INTEGER NOT NULL DEFAULT 0;
-- New ones have labels of five characters.
UPDATE dedicated_ip SET
	label = (SELECT CAST(COUNT(*) AS TEXT) FROM dedicated_ip o
		WHERE o.address <= dedicated_ip.address),
	warmup_since_sec = CAST(strftime('%s', 'now') AS INTEGER);
CREATE UNIQUE INDEX dedicated_ip_by_label ON dedicated_ip (label)
	WHERE label <> '';
CREATE INDEX configuration_set_by_pool ON configuration_set (pool)
	WHERE pool <> '';

-- Recipients that an address in its warm-up may still have on a day, handed out to
-- the programs ahead. taken: altogether; granted: by the last that asked. No
-- reference: an address that comes back on the same day has what it had.
CREATE TABLE ip_warmup (
	address TEXT NOT NULL,
	day_sec INTEGER NOT NULL,
	taken INTEGER NOT NULL,
	granted INTEGER NOT NULL,
	PRIMARY KEY (day_sec, address)
) WITHOUT ROWID;

-- Recipients by the day of their events, pool and address. pool_id: 0 none; may be
-- gone, as the address.
CREATE TABLE pool_metric (
	pool_id INTEGER NOT NULL,
	address TEXT NOT NULL,
	day_sec INTEGER NOT NULL,
	kind INTEGER NOT NULL, -- enum store_metric_kind
	recipients INTEGER NOT NULL,
	PRIMARY KEY (pool_id, day_sec, address, kind)
) WITHOUT ROWID;
CREATE INDEX pool_metric_by_address ON pool_metric (address, day_sec);
CREATE INDEX pool_metric_by_age ON pool_metric (day_sec);

-- What time it is for all who share the database; 0: it is on the machine of all of
-- them, and their clock is good enough.
CREATE VIEW pool_clock AS SELECT 0 AS now_sec;
