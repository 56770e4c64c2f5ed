-- As ../017-pool.sql.
ALTER TABLE dedicated_ip ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE dedicated_ip ADD COLUMN helo TEXT NOT NULL DEFAULT '';
ALTER TABLE dedicated_ip ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE dedicated_ip ADD COLUMN weight BIGINT NOT NULL DEFAULT 1
	CHECK (weight BETWEEN 0 AND 1000);
ALTER TABLE dedicated_ip ADD COLUMN warmup_since_sec BIGINT NOT NULL DEFAULT 0;
UPDATE dedicated_ip SET
	label = (SELECT CAST(COUNT(*) AS TEXT) FROM dedicated_ip o
		WHERE o.address <= dedicated_ip.address),
	warmup_since_sec = CAST(extract(epoch FROM now()) AS BIGINT);
CREATE UNIQUE INDEX dedicated_ip_by_label ON dedicated_ip (label)
	WHERE label <> '';
CREATE INDEX configuration_set_by_pool ON configuration_set (pool)
	WHERE pool <> '';

CREATE TABLE ip_warmup (
	address TEXT NOT NULL,
	day_sec BIGINT NOT NULL,
	taken BIGINT NOT NULL,
	granted BIGINT NOT NULL,
	PRIMARY KEY (day_sec, address)
);

CREATE TABLE pool_metric (
	pool_id BIGINT NOT NULL,
	address TEXT NOT NULL,
	day_sec BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	recipients BIGINT NOT NULL,
	PRIMARY KEY (pool_id, day_sec, address, kind)
);
CREATE INDEX pool_metric_by_address ON pool_metric (address, day_sec);
CREATE INDEX pool_metric_by_age ON pool_metric (day_sec);

CREATE VIEW pool_clock AS
	SELECT CAST(extract(epoch FROM clock_timestamp()) AS BIGINT) AS now_sec;
