-- An account's own customers: what is theirs, and whether they may send.
CREATE TABLE tenant (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	uuid TEXT NOT NULL UNIQUE,
	name TEXT NOT NULL CHECK (name <> ''),
	policy TEXT NOT NULL DEFAULT 'standard'
		CHECK (policy IN ('none', 'standard', 'strict')),
	-- What account and reputation say: 0 enabled, 1 disabled, 2 reinstated;
	-- by: as account.paused_by.
	status INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 2),
	status_by INTEGER NOT NULL DEFAULT 2,
	status_cause TEXT NOT NULL DEFAULT '',
	status_sec INTEGER NOT NULL DEFAULT 0,
	-- The operator's word.
	stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
	stop_reason TEXT NOT NULL DEFAULT '',
	stopped_sec INTEGER NOT NULL DEFAULT 0, -- when it changed last; 0 never
	standing INTEGER NOT NULL DEFAULT 0
		CHECK (standing BETWEEN 0 AND 2),
	-- What the figures say whatever the policy, and for what: as
	-- enum reputation_cause.
	impact INTEGER NOT NULL DEFAULT 0
		CHECK (impact BETWEEN 0 AND 2),
	finding INTEGER NOT NULL DEFAULT 0
		CHECK (finding BETWEEN 0 AND 2),
	finding_text TEXT NOT NULL DEFAULT '',
	found_sec INTEGER NOT NULL DEFAULT 0,  -- first
	judged_sec INTEGER NOT NULL DEFAULT 0, -- changed last
	fresh_start_sec INTEGER NOT NULL DEFAULT 0,
	created_sec INTEGER NOT NULL,
	UNIQUE (account_id, name)
);
CREATE INDEX tenant_unwell ON tenant (account_id, id)
	WHERE standing <> 0 OR impact <> 0;
CREATE TABLE tenant_resource (
	tenant_id INTEGER NOT NULL REFERENCES tenant ON DELETE CASCADE,
	resource TEXT NOT NULL, -- "identity/example.com", …
	created_sec INTEGER NOT NULL,
	PRIMARY KEY (tenant_id, resource)
) WITHOUT ROWID;
CREATE INDEX tenant_resource_by_resource
	ON tenant_resource (resource, tenant_id);
-- The tenant that a message is for; 0 none; may be gone. Its counts are rows of
-- tally, with -id in the place of a set's id.
ALTER TABLE message ADD COLUMN tenant_id INTEGER NOT NULL DEFAULT 0;

-- Nothing is a tenant's any more when it is gone: what comes later under its name
-- is another.
CREATE TRIGGER tenant_identity_delete AFTER DELETE ON identity
BEGIN
	DELETE FROM tenant_resource WHERE resource = 'identity/' || OLD.name
	AND tenant_id IN (SELECT id FROM tenant
		WHERE account_id = OLD.account_id);
END;
CREATE TRIGGER tenant_set_delete AFTER DELETE ON configuration_set
BEGIN
	DELETE FROM tenant_resource
	WHERE resource = 'configuration-set/' || OLD.name
	AND tenant_id IN (SELECT id FROM tenant
		WHERE account_id = OLD.account_id);
END;
CREATE TRIGGER tenant_template_delete AFTER DELETE ON template
BEGIN
	DELETE FROM tenant_resource WHERE resource = 'template/' || OLD.name
	AND tenant_id IN (SELECT id FROM tenant
		WHERE account_id = OLD.account_id);
END;

-- Readers of changes: 9 tenant, 10 what is one's (id: the tenant, name: the
-- resource).
CREATE TRIGGER tenant_insert AFTER INSERT ON tenant
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (9, NEW.id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER tenant_update AFTER UPDATE ON tenant
WHEN OLD.status <> NEW.status OR OLD.status_cause <> NEW.status_cause
	OR OLD.stopped <> NEW.stopped OR OLD.stop_reason <> NEW.stop_reason
	OR OLD.name <> NEW.name OR OLD.account_id <> NEW.account_id
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (9, NEW.id, NEW.account_id, NEW.name);
END;
CREATE TRIGGER tenant_delete AFTER DELETE ON tenant
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (9, OLD.id, OLD.account_id, OLD.name);
END;
CREATE TRIGGER tenant_resource_insert AFTER INSERT ON tenant_resource
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (10, NEW.tenant_id, NEW.tenant_id, NEW.resource);
END;
CREATE TRIGGER tenant_resource_delete AFTER DELETE ON tenant_resource
BEGIN
	INSERT INTO change (kind, id, owner_id, name)
	VALUES (10, OLD.tenant_id, OLD.tenant_id, OLD.resource);
END;

-- Pools of sending addresses. account_id NULL: the operator's, for all.
CREATE TABLE pool (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	account_id INTEGER REFERENCES account ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (name <> ''),
	scaling INTEGER NOT NULL DEFAULT 0, -- 0 standard, 1 managed
	created_sec INTEGER NOT NULL
);
CREATE UNIQUE INDEX pool_by_name ON pool (COALESCE(account_id, 0), name);
CREATE INDEX pool_by_account ON pool (account_id);
CREATE TABLE dedicated_ip (
	address TEXT NOT NULL PRIMARY KEY,
	account_id INTEGER REFERENCES account ON DELETE SET NULL,
	pool_id INTEGER REFERENCES pool ON DELETE SET NULL,
	warmup INTEGER NOT NULL DEFAULT 0, -- 0 not applicable, 1 in progress, 2 done
	percentage INTEGER NOT NULL DEFAULT 100,
	created_sec INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX dedicated_ip_by_account ON dedicated_ip (account_id, address);
CREATE INDEX dedicated_ip_by_pool ON dedicated_ip (pool_id);

-- Recipients by the day of their events, for figures. set_id, identity_id: 0 none;
-- may be gone.
CREATE TABLE metric (
	account_id INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
	day_sec INTEGER NOT NULL,
	kind INTEGER NOT NULL, -- enum store_metric_kind
	set_id INTEGER NOT NULL,
	identity_id INTEGER NOT NULL,
	recipients INTEGER NOT NULL,
	PRIMARY KEY (account_id, kind, day_sec, set_id, identity_id)
) WITHOUT ROWID;
CREATE INDEX metric_by_age ON metric (day_sec);
