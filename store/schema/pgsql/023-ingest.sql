-- The twin of schema/023-ingest.sql.
-- A check of the account for each message cost more than any index: who writes messages
-- looks for the account in the same transaction, before (store_message_add_many), and
-- no account is deleted meanwhile.
ALTER TABLE message DROP CONSTRAINT message_account_id_fkey;

CREATE FUNCTION account_delete_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM message WHERE account_id = OLD.id;
	RETURN NULL;
END $$;
CREATE TRIGGER account_delete_messages AFTER DELETE ON account
	FOR EACH ROW EXECUTE FUNCTION account_delete_messages();

-- Each batch of messages changes these rows again: with room for the next version in
-- the page, no index is written.
ALTER TABLE flow SET (fillfactor = 50);
ALTER TABLE tally SET (fillfactor = 50);
ALTER TABLE metric SET (fillfactor = 50);
