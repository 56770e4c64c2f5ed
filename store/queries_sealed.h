/* Statements on secrets that are sealed, wherever they are: a part of queries.h, which
 * says how they are written. Internal to store/. */
#ifndef SENDWARD_STORE_QUERIES_SEALED_H
#define SENDWARD_STORE_QUERIES_SEALED_H

/* clang-format off */
#define SEALED_OF(table, column) "SELECT id, " column " FROM " table " " \
	"WHERE id > $after AND length(" column ") > 0 ORDER BY id LIMIT $most"
#define SEALED_PUT(table, column) "UPDATE " table " SET " column " = $sealed " \
	"WHERE id = $id"

#define STORE_QUERIES_SEALED(X) \
X(SEALED_CREDENTIAL,  "SELECT access_key_id, sealed_secret FROM credential " \
                      "WHERE access_key_id > $name " \
                      "ORDER BY access_key_id LIMIT $most") \
X(SEALED_CREDENTIAL_PUT, "UPDATE credential SET sealed_secret = $sealed " \
                      "WHERE access_key_id = $name") \
X(SEALED_DKIM,        SEALED_OF("dkim_key", "sealed")) \
X(SEALED_DKIM_PUT,    SEALED_PUT("dkim_key", "sealed")) \
X(SEALED_LETTER,      SEALED_OF("letter", "sealed")) \
X(SEALED_LETTER_PUT,  SEALED_PUT("letter", "sealed")) \
X(SEALED_PUBLICATION, SEALED_OF("publication", "sealed")) \
X(SEALED_PUBLICATION_PUT, SEALED_PUT("publication", "sealed")) \
X(SEALED_CERTIFICATE, SEALED_OF("signing_certificate", "sealed")) \
X(SEALED_CERTIFICATE_PUT, SEALED_PUT("signing_certificate", "sealed")) \
X(SEALED_TOTP,        SEALED_OF("console_user", "totp_sealed")) \
X(SEALED_TOTP_PUT,    SEALED_PUT("console_user", "totp_sealed")) \
X(SEALED_TOTP_PENDING, SEALED_OF("console_user", "totp_pending")) \
X(SEALED_TOTP_PENDING_PUT, SEALED_PUT("console_user", "totp_pending"))
/* clang-format on */

#endif
