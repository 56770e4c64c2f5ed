/* The floor for a milter: libmilter, every callback empty, at end of message
 * one header inserted and the envelope sender changed. Decides nothing. */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Protocol flags to ask for, those that the MTA does not offer taken off. */
static unsigned long wanted_flags =
    SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_DATA | SMFIP_NR_HDR |
    SMFIP_NR_EOH | SMFIP_NR_BODY | SMFIP_NR_UNKN | SMFIP_NOUNKNOWN;

static sfsistat
reply_unless(unsigned long flag)
{
	return (wanted_flags & flag) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2,
    unsigned long f3, unsigned long *pf0, unsigned long *pf1,
    unsigned long *pf2, unsigned long *pf3)
{
	(void)ctx;
	(void)f0;
	(void)f2;
	(void)f3;
	*pf0 = SMFIF_ADDHDRS | SMFIF_CHGFROM | SMFIF_CHGHDRS | SMFIF_DELRCPT;
	*pf1 = wanted_flags & f1;
	*pf2 = 0;
	*pf3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *addr)
{
	(void)ctx;
	(void)name;
	(void)addr;
	return reply_unless(SMFIP_NR_CONN);
}

static sfsistat
on_helo(SMFICTX *ctx, char *name)
{
	(void)ctx;
	(void)name;
	return reply_unless(SMFIP_NR_HELO);
}

static sfsistat
on_mail(SMFICTX *ctx, char **args)
{
	(void)ctx;
	(void)args;
	return reply_unless(SMFIP_NR_MAIL);
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **args)
{
	(void)ctx;
	(void)args;
	return reply_unless(SMFIP_NR_RCPT);
}

static sfsistat
on_data(SMFICTX *ctx)
{
	(void)ctx;
	return reply_unless(SMFIP_NR_DATA);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return reply_unless(SMFIP_NR_HDR);
}

static sfsistat
on_eoh(SMFICTX *ctx)
{
	(void)ctx;
	return reply_unless(SMFIP_NR_EOH);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
	return reply_unless(SMFIP_NR_BODY);
}

static sfsistat
on_eom(SMFICTX *ctx)
{
	char name[] = "X-Noop";
	char value[] = "seen by the no-op filter";
	char from[] = "<b-token@bounce.example>";

	if (smfi_insheader(ctx, 0, name, value) != MI_SUCCESS ||
	    smfi_chgfrom(ctx, from, NULL) != MI_SUCCESS)
		return SMFIS_TEMPFAIL;
	return SMFIS_CONTINUE;
}

/* libmilter writes its answer in small pieces: without TCP_NODELAY each
 * message waits for a delayed ACK. Linux hands the option of the listening
 * socket down to the accepted ones; libmilter does not show that socket, so
 * look for it. */
static void
set_nodelay(void)
{
	int one = 1;

	for (int fd = 3; fd < 64; fd++)
		(void)setsockopt(
		    fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int
usage(void)
{
	(void)fputs("usage: noop-milter -s SOCKET [-p FLAGS]\n", stderr);
	return 2;
}

int
main(int argc, char **argv)
{
	char name[] = "noop";
	struct smfiDesc desc = {.xxfi_name = name,
	    .xxfi_version = SMFI_VERSION,
	    .xxfi_flags =
		SMFIF_ADDHDRS | SMFIF_CHGFROM | SMFIF_CHGHDRS | SMFIF_DELRCPT,
	    .xxfi_connect = on_connect,
	    .xxfi_helo = on_helo,
	    .xxfi_envfrom = on_mail,
	    .xxfi_envrcpt = on_rcpt,
	    .xxfi_data = on_data,
	    .xxfi_header = on_header,
	    .xxfi_eoh = on_eoh,
	    .xxfi_body = on_body,
	    .xxfi_eom = on_eom,
	    .xxfi_negotiate = on_negotiate};
	char *conn = NULL;
	int opt;

	while ((opt = getopt(argc, argv, "s:p:")) != -1) {
		if (opt == 's')
			conn = optarg;
		else if (opt == 'p')
			wanted_flags = strtoul(optarg, NULL, 0);
		else
			return usage();
	}
	if (conn == NULL)
		return usage();
	(void)umask(0); /* Postfix must be able to connect */
	if (smfi_setconn(conn) != MI_SUCCESS ||
	    smfi_register(desc) != MI_SUCCESS ||
	    smfi_setbacklog(SOMAXCONN) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS) {
		(void)fputs("noop-milter: cannot listen\n", stderr);
		return 1;
	}
	set_nodelay();
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
