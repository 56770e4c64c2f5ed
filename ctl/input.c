/* Values and files from outside: see input.h. */
#include "config.h"

#include "ctl/input.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <openssl/crypto.h>

bool
input_int(const char *text, int64_t *value_r)
{
	char *end;
	long long value;

	if (text[0] != '-' && (text[0] < '0' || text[0] > '9'))
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	*value_r = value;
	return errno == 0 && end != text && *end == '\0';
}

bool
input_real(const char *text, double *value_r)
{
	char *end;

	if (text[0] == '\0' || strspn(text, "0123456789.") != strlen(text))
		return false;
	errno = 0;
	*value_r = strtod(text, &end);
	return errno == 0 && end != text && *end == '\0' && isfinite(*value_r);
}

bool
input_on_off(const char *text, bool *on_r)
{
	*on_r = strcmp(text, "on") == 0;
	return *on_r || strcmp(text, "off") == 0;
}

FILE *
input_open(const struct ctl *ctl, const char *path)
{
	FILE *file =
	    strcmp(path, "-") == 0 ? fdopen(0, "r") : fopen(path, "re");
	struct stat st;

	if (file != NULL && fstat(fileno(file), &st) == 0 &&
	    S_ISDIR(st.st_mode)) {
		(void)fclose(file); /* nothing was written */
		file = NULL;
		errno = EISDIR;
	}
	if (file == NULL)
		(void)ctl_refuse(
		    ctl, "cannot read %s: %s", path, strerror(errno));
	return file;
}

int
input_file(const struct ctl *ctl, const char *path, size_t max, struct buf *out)
{
	FILE *file = input_open(ctl, path);
	char *data;
	size_t len;
	int rc = CTL_DONE;

	buf_init(out, max);
	if (file == NULL)
		return CTL_REFUSED;
	(void)setvbuf(file, NULL, _IONBF, 0); /* no copy of a secret stays */
	data = malloc(max + 1);
	if (data == NULL) {
		(void)fclose(file); /* nothing was written */
		return ctl_refuse(ctl, "no memory");
	}
	len = fread(data, 1, max + 1, file);
	if (ferror(file))
		rc = ctl_refuse(
		    ctl, "cannot read %s: %s", path, strerror(errno));
	else if (len > max)
		rc = ctl_refuse(ctl, "%s is larger than %zu bytes", path, max);
	else if (!buf_append(out, data, len))
		rc = ctl_refuse(ctl, "no memory");
	OPENSSL_cleanse(data, max + 1);
	free(data);
	(void)fclose(file); /* nothing was written */
	return rc;
}

void
input_wipe(struct buf *b)
{
	if (b->data != NULL)
		OPENSSL_cleanse(b->data, b->size);
	buf_fini(b);
}
