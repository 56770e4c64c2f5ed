-- Tags go with what they are on.
CREATE TRIGGER identity_delete_tags AFTER DELETE ON identity
BEGIN
	DELETE FROM tag WHERE account_id = OLD.account_id
		AND resource = 'identity/' || OLD.name;
END;
CREATE TRIGGER configuration_set_delete_tags AFTER DELETE ON configuration_set
BEGIN
	DELETE FROM tag WHERE account_id = OLD.account_id
		AND resource = 'configuration-set/' || OLD.name;
END;
CREATE TRIGGER template_delete_tags AFTER DELETE ON template
BEGIN
	DELETE FROM tag WHERE account_id = OLD.account_id
		AND resource = 'template/' || OLD.name;
END;
CREATE TRIGGER verification_template_delete_tags
	AFTER DELETE ON verification_template
BEGIN
	DELETE FROM tag WHERE account_id = OLD.account_id
		AND resource = 'custom-verification-email-template/' || OLD.name;
END;
CREATE TRIGGER pool_delete_tags AFTER DELETE ON pool
BEGIN
	DELETE FROM tag WHERE account_id = OLD.account_id
		AND resource = 'dedicated-ip-pool/' || OLD.name;
END;
CREATE TRIGGER tenant_delete_tags AFTER DELETE ON tenant
BEGIN
	DELETE FROM tag WHERE account_id = OLD.account_id
		AND resource = 'tenant/' || OLD.name;
END;
