/* How people reach sendward-apid: see public_url.h. Connects to nothing. */
#include "config.h"

#include "ops/public_url.h"

#include <string.h>
#include <unistd.h>

#include "conf/conf.h"

/* An address that is every address of the host is none to connect to. */
static void
put_listen(const char *listen, struct buf *out)
{
	static const char *const any[] = {"0.0.0.0:", "[::]:"};
	char host[256];

	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(any[i]);

		if (strncmp(listen, any[i], len) == 0 &&
		    gethostname(host, sizeof(host)) == 0) {
			host[sizeof(host) - 1] = '\0';
			(void)buf_printf(out, "%s:%s", host, listen + len);
			return;
		}
	}
	(void)buf_puts(out, listen); /* failed is looked at */
}

void
public_url_put(const struct conf *conf, struct buf *out)
{
	if (conf->api_url[0] != '\0') {
		(void)buf_puts(out, conf->api_url);
		return;
	}
	(void)buf_puts(out,
	    conf->api_tls_certificate_file[0] != '\0' ? "https://" : "http://");
	put_listen(conf->api_listen, out);
}
