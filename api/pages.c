/* HTML: see pages.h. */
#include "config.h"

#include "api/pages.h"

#include <stdio.h>
#include <string.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "ops/link.h"

/* In the page, so that nothing moves once it is drawn. Colours: at least 7:1
 * against their ground, in light and dark. */
static const char style[] =
    ":root{color-scheme:light dark;--ground:#f3f4f6;--paper:#fff;"
    "--ink:#1b1f24;--soft:#4a5058;--line:#d8dce1;--act:#0b4f8a;"
    "--act-ink:#fff;--good:#0b5a2f;--bad:#8a1c12}"
    "@media(prefers-color-scheme:dark){:root{--ground:#14171a;"
    "--paper:#1e2226;--ink:#f0f2f4;--soft:#b9c0c8;--line:#3a4047;"
    "--act:#9fd0ff;--act-ink:#0a1d2e;--good:#8fe3b0;--bad:#ffb3a8}}"
    "*{box-sizing:border-box}"
    "html{-webkit-text-size-adjust:100%;text-size-adjust:100%}"
    "body{margin:0;padding:2.5rem 1rem;background:var(--ground);"
    "color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,"
    "\"Segoe UI\",Roboto,\"Liberation Sans\",Arial,sans-serif}"
    "main{max-width:34rem;margin:0 auto;padding:2rem 2rem 1.75rem;"
    "background:var(--paper);border:1px solid var(--line);"
    "border-radius:.75rem}"
    "@media(max-width:30rem){body{padding:1rem .75rem}"
    "main{padding:1.5rem 1.25rem 1.25rem}}"
    "h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}"
    "p{margin:0 0 1rem;overflow-wrap:anywhere}"
    "p:last-child{margin-bottom:0}"
    "dl{margin:0 0 1.5rem;border-top:1px solid var(--line)}"
    "dl div{padding:.7rem 0;border-bottom:1px solid var(--line)}"
    "dt{color:var(--soft);font-size:.875rem}"
    "dd{margin:0;font-weight:600;overflow-wrap:anywhere}"
    "form{margin:0 0 1.25rem}"
    "button{display:block;width:100%;padding:.85rem 1rem;border:0;"
    "border-radius:.5rem;background:var(--act);color:var(--act-ink);"
    "font:inherit;font-weight:600;cursor:pointer}"
    "button:hover{filter:brightness(1.1)}"
    "button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}"
    "time{white-space:nowrap}"
    ".soft{color:var(--soft);font-size:.9375rem}"
    "h1.good{color:var(--good)}h1.bad{color:var(--bad)}";

enum sg_err
api_pages_csp(char csp_r[API_PAGES_CSP_MAX], struct err *err_r)
{
	unsigned char digest[EVP_MAX_MD_SIZE], hash[48];
	unsigned len = 0;

	if (EVP_Digest(style, sizeof(style) - 1, digest, &len, EVP_sha256(),
		NULL) != 1 ||
	    len != 32)
		return err_set(err_r, SG_CRYPTO, "SHA-256 cannot be computed");
	(void)EVP_EncodeBlock(hash, digest, (int)len);
	(void)snprintf(csp_r, API_PAGES_CSP_MAX,
	    "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; "
	    "frame-ancestors 'none'; base-uri 'none'",
	    (const char *)hash);
	return SG_OK;
}

/* ---- parts -------------------------------------------------------------- */

static void
put_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			(void)buf_puts(out, "&amp;");
			break;
		case '<':
			(void)buf_puts(out, "&lt;");
			break;
		case '>':
			(void)buf_puts(out, "&gt;");
			break;
		case '"':
			(void)buf_puts(out, "&quot;");
			break;
		case '\'':
			(void)buf_puts(out, "&#39;");
			break;
		default:
			(void)buf_putc(out, *text);
		}
	}
}

/* title: our own text. kind: class of the heading. next: where the browser goes at
 * once; NULL: it stays. */
static void
begin_leading(struct api_response *response_r, int status, const char *kind,
    const char *title, const char *next)
{
	response_r->status = status;
	response_r->content_type = "text/html; charset=utf-8";
	buf_clear(&response_r->body);
	(void)buf_printf(&response_r->body,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n");
	if (next != NULL) {
		(void)buf_puts(&response_r->body,
		    "<meta http-equiv=\"refresh\" content=\"0; url=");
		put_escaped(&response_r->body, next);
		(void)buf_puts(&response_r->body, "\">\n");
	}
	(void)buf_printf(&response_r->body,
	    "<title>%s</title>\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n"
	    "<style>%s</style>\n</head>\n<body>\n<main>\n"
	    "<h1 class=\"%s\">%s</h1>\n",
	    title, style, kind, title);
}

static void
begin(struct api_response *response_r, int status, const char *kind,
    const char *title)
{
	begin_leading(response_r, status, kind, title, NULL);
}

static void
end(struct api_response *response_r)
{
	(void)buf_puts(&response_r->body, "</main>\n</body>\n</html>\n");
}

static void
put_fact(struct buf *out, const char *name, const char *value)
{
	(void)buf_printf(out, "<div><dt>%s</dt><dd>", name);
	put_escaped(out, value);
	(void)buf_puts(out, "</dd></div>\n");
}

static void
put_strong(struct buf *out, const char *value)
{
	(void)buf_puts(out, "<strong>");
	put_escaped(out, value);
	(void)buf_puts(out, "</strong>");
}

/* "2026-11-25 19:20 UTC" */
static void
put_time(struct buf *out, int64_t sec)
{
	char iso[CLOCK_ISO_MAX];

	(void)clock_iso(sec, iso);
	(void)buf_printf(out, "<time>%.10s %.5s UTC</time>", iso, iso + 11);
}

/* The button that confirms, and until when it does. */
static void
put_confirm(struct buf *out, const char *what, int64_t expires_sec)
{
	(void)buf_printf(out,
	    "<form method=\"post\"><button>Confirm this %s"
	    "</button></form>\n<p class=\"soft\">If you do not know this "
	    "account, close this page: nothing happens without your click. "
	    "The link is valid until ",
	    what);
	put_time(out, expires_sec);
	(void)buf_puts(out, ".</p>\n");
}

/* ---- pages -------------------------------------------------------------- */

void
api_pages_ask(struct api_response *response_r, const struct link_facts *facts)
{
	struct buf *out = &response_r->body;

	begin(response_r, 200, "plain", "Confirm your e-mail address");
	(void)buf_puts(out,
	    "<p>An account on this mail server asks to send mail with your "
	    "address as the sender.</p>\n<dl>\n");
	put_fact(out, "Address", facts->address);
	put_fact(out, "Account", facts->account);
	(void)buf_puts(out, "</dl>\n");
	put_confirm(out, "address", facts->expires_sec);
	end(response_r);
}

void
api_pages_confirmed(
    struct api_response *response_r, const struct link_facts *facts)
{
	struct buf *out = &response_r->body;

	begin(response_r, 200, "good", "Address verified");
	(void)buf_puts(out, "<p>Thank you. The account ");
	put_strong(out, facts->account);
	(void)buf_puts(out, " can now send mail from this server as ");
	put_strong(out, facts->address);
	(void)buf_puts(
	    out, ".</p>\n<p class=\"soft\">You can close this page.</p>\n");
	end(response_r);
}

static void
put_subscription(struct buf *out, const struct api_page_subscription *facts)
{
	(void)buf_puts(out, "<dl>\n");
	put_fact(out, "Address", facts->address);
	put_fact(out, "Topic", facts->topic);
	put_fact(out, "Account", facts->account);
	(void)buf_puts(out, "</dl>\n");
}

void
api_pages_subscription_ask(
    struct api_response *response_r, const struct api_page_subscription *facts)
{
	struct buf *out = &response_r->body;

	begin(response_r, 200, "plain", "Confirm your subscription");
	(void)buf_puts(out,
	    "<p>An account on this mail server asks to send notifications to "
	    "your address.</p>\n");
	put_subscription(out, facts);
	put_confirm(out, "subscription", facts->expires_sec);
	end(response_r);
}

void
api_pages_subscription_confirmed(
    struct api_response *response_r, const struct api_page_subscription *facts)
{
	struct buf *out = &response_r->body;

	begin(response_r, 200, "good", "Subscription confirmed");
	(void)buf_puts(out, "<p>Notifications of the topic ");
	put_strong(out, facts->topic);
	(void)buf_puts(out, " come to ");
	put_strong(out, facts->address);
	(void)buf_puts(out,
	    " from now on.</p>\n<p class=\"soft\">Each of them has a "
	    "link to end that. You can close this page.</p>\n");
	end(response_r);
}

void
api_pages_subscription_ask_end(
    struct api_response *response_r, const struct api_page_subscription *facts)
{
	struct buf *out = &response_r->body;

	begin(response_r, 200, "plain", "End this subscription?");
	(void)buf_puts(
	    out, "<p>No notifications come to you any more then.</p>\n");
	put_subscription(out, facts);
	(void)buf_puts(out,
	    "<form method=\"post\"><button>End the subscription</button>"
	    "</form>\n<p class=\"soft\">Nothing happens without your click."
	    "</p>\n");
	end(response_r);
}

void
api_pages_subscription_ended(
    struct api_response *response_r, const struct api_page_subscription *facts)
{
	struct buf *out = &response_r->body;

	begin(response_r, 200, "good", "Subscription ended");
	(void)buf_puts(out, "<p>Notifications of the topic ");
	put_strong(out, facts->topic);
	(void)buf_puts(out,
	    " do not come to you any more.</p>\n<p class=\"soft\">You "
	    "can close this page.</p>\n");
	end(response_r);
}

void
api_pages_subscription_void(struct api_response *response_r)
{
	begin(response_r, 404, "bad", "This link is not valid");
	(void)buf_puts(&response_r->body,
	    "<p>A link that confirms a subscription works for two days, and "
	    "only until a newer one is sent; one that ends it, as long as it "
	    "lasts. Perhaps it was cut when it was copied.</p>\n<p>Nothing "
	    "was changed.</p>\n");
	end(response_r);
}

void
api_pages_next(
    struct api_response *response_r, bool is_confirmed, const char *url)
{
	begin_leading(response_r, is_confirmed ? 200 : 404,
	    is_confirmed ? "good" : "bad",
	    is_confirmed ? "Address confirmed" : "This link is no longer valid",
	    url);
	(void)buf_puts(&response_r->body, "<p>You are taken on to <a href=\"");
	put_escaped(&response_r->body, url);
	(void)buf_puts(&response_r->body, "\">");
	put_escaped(&response_r->body, url);
	(void)buf_puts(&response_r->body, "</a>.</p>\n");
	end(response_r);
}

void
api_pages_void(struct api_response *response_r)
{
	begin(response_r, 404, "bad", "This link is not valid");
	(void)buf_puts(&response_r->body,
	    "<p>A confirmation link works once, for 24 hours, and only until "
	    "a newer one is sent. Perhaps it was cut when it was copied."
	    "</p>\n<p>Nothing was changed. If a confirmation is still wanted, "
	    "ask the account's owner for a new letter.</p>\n");
	end(response_r);
}

void
api_pages_no_console(struct api_response *response_r)
{
	begin(response_r, 404, "bad", "There is no console here");
	(void)buf_puts(&response_r->body,
	    "<p>This server answers the API alone. Whoever runs it can name "
	    "the folder of the console's files in the option console.dir of "
	    "sendward.conf, and reload sendward-apid; its log says what "
	    "cannot be read.</p>\n");
	end(response_r);
}

/* clang-format off */
static const struct {
	int status;
	const char *title;
	const char *text;
} ends[] = {
	{400, "Bad request",
	    "The request cannot be read."},
	{401, "Please sign in",
	    "This needs somebody who is signed in at the console. Sign in "
	    "there, then try again."},
	{404, "Page not found",
	    "There is nothing at this address."},
	{405, "Method not allowed",
	    "This address cannot be asked in this way."},
	{408, "Request timed out",
	    "The request did not arrive in time."},
	{411, "Length required",
	    "The request must say how long it is, in Content-Length."},
	{413, "Request too large",
	    "The body of the request is larger than this server takes."},
	{414, "Address too long",
	    "The address of the request is longer than this server takes."},
	{431, "Header too large",
	    "The header of the request is larger than this server takes."},
	{503, "Please try again",
	    "The server cannot look this up at the moment. Nothing was changed; "
	    "please try again in a minute."},
	{500, "Something went wrong",
	    "The server could not answer. Nothing was changed; please try again "
	    "later."},
};
/* clang-format on */

void
api_pages_error(struct api_response *response_r, int status)
{
	const size_t last = sizeof(ends) / sizeof(ends[0]) - 1;
	size_t i = 0;

	while (i < last && ends[i].status != status)
		i++;
	begin(response_r, status, "bad", ends[i].title);
	(void)buf_printf(&response_r->body, "<p>%s</p>\n", ends[i].text);
	if (status == 503)
		response_r->retry_after_sec = 30;
	end(response_r);
}
