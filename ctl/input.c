/* Values and files from outside: see input.h. */
#include "config.h"

#include "ctl/input.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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

bool
input_duration(const char *text, int64_t *sec_r)
{
	static const struct {
		char unit;
		int64_t sec;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	const int64_t most = INT64_C(36500) * 86400;
	char *end;
	long long value;
	int64_t unit = 1;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (*end == units[i].unit && end[1] == '\0') {
			unit = units[i].sec;
			end++;
			break;
		}
	if (errno != 0 || *end != '\0' || value < 1 || value > most / unit)
		return false;
	*sec_r = value * unit;
	return true;
}

bool
input_since(const char *text, int64_t now_sec, int64_t *sec_r)
{
	static const char *const forms[] = {
	    "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M"};
	int64_t ago;

	if (input_duration(text, &ago)) {
		*sec_r = now_sec - ago;
		return true;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = {.tm_mday = 1};
		const char *end = strptime(text, forms[i], &tm);

		if (end == NULL || *end != '\0')
			continue;
		*sec_r = timegm(&tm);
		return true;
	}
	return false;
}

int
input_most(const struct ctl *ctl, int most, int *most_r)
{
	const char *text = ctl_value(ctl, "most");
	int64_t value = most;

	if (text != NULL &&
	    (!input_int(text, &value) || value < 1 || value > INPUT_MOST_MAX))
		return ctl_usage(ctl, "--most must be a number from 1 to %d",
		    INPUT_MOST_MAX);
	*most_r = (int)value;
	return CTL_DONE;
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

int
input_head(const struct ctl *ctl, const char *path, size_t max, struct buf *out)
{
	FILE *file = input_open(ctl, path);
	char piece[16384];
	size_t len;
	int rc = CTL_DONE;

	buf_init(out, max);
	if (file == NULL)
		return CTL_REFUSED;
	while ((len = fread(piece, 1, sizeof(piece), file)) > 0) {
		size_t room = max - out->len;

		if (!buf_append(out, piece, len < room ? len : room) &&
		    rc == CTL_DONE)
			rc = ctl_refuse(ctl, "no memory");
	}
	if (ferror(file) && rc == CTL_DONE)
		rc = ctl_refuse(
		    ctl, "cannot read %s: %s", path, strerror(errno));
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
