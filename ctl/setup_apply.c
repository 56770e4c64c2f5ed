/* setup postfix --apply, --diff, --undo: see setup_apply.h. What the texts shall be is
 * setup_merge.c's. */
#include "config.h"

#include "ctl/setup_apply.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ctl/mta.h"
#include "ctl/out.h"
#include "ctl/postconf.h"

#define FILE_MAX ((size_t)16 * 1024 * 1024)
#define DOMAINS "sendward_domains"
#define UNDONE ".undone-sendward"

/* A file, as it is and as it shall be. */
struct change {
	const char *name;
	struct buf before, after;
	bool was_there, is_removal;
};

enum { MAIN_CF, MASTER_CF, MAP, FILES };

struct job {
	struct ctl *ctl;
	const struct postconf *postconf;
	struct change files[FILES];
	struct buf diff;
	json_t *done;
	struct err err;
};

static void
job_init(struct job *job, struct ctl *ctl, const struct postconf *postconf)
{
	static const char *const names[] = {"main.cf", "master.cf", DOMAINS};

	*job = (struct job){
	    .ctl = ctl, .postconf = postconf, .done = json_array()};
	buf_init(&job->diff, FILE_MAX);
	for (int i = 0; i < FILES; i++) {
		job->files[i].name = names[i];
		buf_init(&job->files[i].before, FILE_MAX);
		buf_init(&job->files[i].after, FILE_MAX);
	}
}

static void
job_fini(struct job *job)
{
	for (int i = 0; i < FILES; i++) {
		buf_fini(&job->files[i].before);
		buf_fini(&job->files[i].after);
	}
	buf_fini(&job->diff);
	json_decref(job->done);
}

static void
say(struct job *job, const char *what, const char *name)
{
	char text[POSTCONF_PATH_MAX];

	(void)snprintf(text, sizeof(text), "%s %s", what, name);
	(void)json_array_append_new(job->done, out_string(text));
}

static bool
is_changed(const struct change *file)
{
	return file->is_removal || file->before.len != file->after.len ||
	       strcmp(buf_str(&file->before), buf_str(&file->after)) != 0;
}

/* As they are now; the map may not be there. */
static enum sg_err
load_all(struct job *job)
{
	for (int i = 0; i < FILES; i++) {
		struct change *file = &job->files[i];
		enum sg_err rc = postconf_load(
		    job->postconf, file->name, &file->before, &job->err);

		file->was_there = rc == SG_OK;
		if (rc != SG_OK && (rc != SG_MISSING || i != MAP))
			return rc;
	}
	return SG_OK;
}

static enum sg_err
compare_all(struct job *job)
{
	enum sg_err rc = SG_OK;

	for (int i = 0; i < FILES && rc == SG_OK; i++)
		if (is_changed(&job->files[i]))
			rc = postconf_diff(job->postconf, job->files[i].name,
			    buf_str(&job->files[i].after), &job->diff,
			    &job->err);
	return rc;
}

/* Nobody else wrote to them since they were loaded. */
static enum sg_err
compare_again(struct job *job)
{
	enum sg_err rc = SG_OK;
	struct buf now;

	buf_init(&now, FILE_MAX);
	for (int i = 0; i < FILES && rc == SG_OK; i++) {
		const struct change *file = &job->files[i];

		buf_clear(&now);
		rc = postconf_load(job->postconf, file->name, &now, &job->err);
		if (rc == SG_MISSING && !file->was_there)
			rc = SG_OK;
		else if (rc == SG_OK &&
			 strcmp(buf_str(&now), buf_str(&file->before)) != 0)
			rc = err_set(&job->err, SG_EXISTS,
			    "%s was changed meanwhile; try again", file->name);
	}
	buf_fini(&now);
	return rc;
}

/* The map first: what leads to it may be read at once. */
static enum sg_err
write_all(struct job *job)
{
	enum sg_err rc = compare_again(job);

	for (int i = FILES - 1; i >= 0 && rc == SG_OK; i--) {
		struct change *file = &job->files[i];

		if (!is_changed(file) || file->is_removal)
			continue;
		rc = postconf_store(job->postconf, file->name,
		    buf_str(&file->after), &job->err);
		if (rc == SG_OK && i == MAP)
			rc = postconf_compile(
			    job->postconf, file->name, &job->err);
		if (rc == SG_OK)
			say(job, "wrote", file->name);
	}
	return rc;
}

static enum sg_err
reload(struct job *job)
{
	bool is_running = false;
	enum sg_err rc = postconf_reload(job->postconf, &is_running, &job->err);

	if (rc == SG_OK)
		say(job, is_running ? "reloaded" : "not running:", "Postfix");
	return rc;
}

/* ---- output --------------------------------------------------------------------- */

static void
print_diff(const struct job *job)
{
	struct buf clean;
	const char *line = buf_str(&job->diff);

	if (job->ctl->json)
		return;
	buf_init(&clean, 65536);
	while (*line != '\0') {
		char one[8192];
		size_t len = strcspn(line, "\n");

		(void)snprintf(one, sizeof(one), "%.*s", (int)len, line);
		buf_clear(&clean);
		/* tabs are for main.cf what blanks are */
		for (char *tab = one; (tab = strchr(tab, '\t')) != NULL;)
			*tab = ' ';
		(void)out_clean(one, &clean); /* cut at the cap */
		(void)puts(buf_str(&clean));  /* main looks at stdout */
		line += len + (line[len] == '\n');
	}
	(void)fflush(stdout);
	buf_fini(&clean);
}

static int
print_end(struct job *job, enum sg_err rc, const char *nothing)
{
	const json_t *line;
	size_t i;

	if (!job->ctl->json)
		json_array_foreach(job->done, i, line)(void)
		    puts(json_string_value(line));
	if (rc != SG_OK)
		return ctl_refuse(job->ctl, "%s", job->err.text);
	if (job->ctl->json)
		return out_print(job->ctl,
		    json_pack("{s:o, s:o, s:O}", "folder",
			out_string(job->postconf->dir), "diff",
			out_string(buf_str(&job->diff)), "done", job->done),
		    NULL, "");
	if (job->diff.len == 0)
		(void)puts(nothing);
	return CTL_DONE;
}

/* ---- apply ----------------------------------------------------------------------- */

static enum sg_err
merge(struct job *job, const json_t *rows)
{
	struct setup_texts texts;
	struct mta mta;
	enum sg_err rc = postconf_read(job->postconf, &mta, &job->err);
	bool ok;

	if (rc != SG_OK)
		return rc;
	texts.main_cf = job->files[MAIN_CF].after;
	texts.master_cf = job->files[MASTER_CF].after;
	texts.domains = job->files[MAP].after;
	ok = buf_puts(&texts.main_cf, buf_str(&job->files[MAIN_CF].before)) &&
	     buf_puts(
		 &texts.master_cf, buf_str(&job->files[MASTER_CF].before)) &&
	     setup_merge(job->ctl->conf, &mta, rows, &texts);
	job->files[MAIN_CF].after = texts.main_cf;
	job->files[MASTER_CF].after = texts.master_cf;
	job->files[MAP].after = texts.domains;
	mta_fini(&mta);
	return ok ? SG_OK : err_set(&job->err, SG_NOMEM, "no memory");
}

/* Those that are not there yet: what was before sendward came stays for --undo. */
static enum sg_err
keep_all(struct job *job)
{
	bool is_new = false;
	enum sg_err rc =
	    postconf_keep_copies(job->postconf, &is_new, &job->err);

	if (rc == SG_OK && is_new && job->files[MAP].was_there)
		rc = postconf_keep_copy(job->postconf, DOMAINS, &job->err);
	if (rc == SG_OK && is_new)
		say(job, "kept copies:",
		    "main.cf" POSTCONF_COPY ", master.cf" POSTCONF_COPY);
	return rc;
}

int
setup_apply(struct ctl *ctl, const struct postconf *postconf,
    const json_t *rows, bool writes)
{
	struct job job;
	enum sg_err rc;
	int status;

	job_init(&job, ctl, postconf);
	rc = load_all(&job);
	if (rc == SG_OK)
		rc = merge(&job, rows);
	if (rc == SG_OK)
		rc = compare_all(&job);
	if (rc == SG_OK)
		print_diff(&job);
	if (rc == SG_OK && job.diff.len > 0)
		rc = postconf_try(buf_str(&job.files[MAIN_CF].after),
		    buf_str(&job.files[MASTER_CF].after), &job.err);
	if (rc == SG_OK && writes && job.diff.len > 0) {
		rc = keep_all(&job);
		if (rc == SG_OK)
			rc = write_all(&job);
		if (rc == SG_OK)
			rc = reload(&job);
	}
	status =
	    print_end(&job, rc, "Postfix has all of it; nothing is to change");
	job_fini(&job);
	return status;
}

/* ---- undo ------------------------------------------------------------------------- */

/* What shall be again. The map that came with sendward goes, unless main.cf names
 * one. */
static enum sg_err
load_copies(struct job *job)
{
	enum sg_err rc = SG_OK;
	int missing = 0;

	for (int i = 0; i < FILES && rc == SG_OK; i++) {
		struct change *file = &job->files[i];
		char name[64];

		(void)snprintf(
		    name, sizeof(name), "%s" POSTCONF_COPY, file->name);
		rc =
		    postconf_load(job->postconf, name, &file->after, &job->err);
		if (rc != SG_MISSING)
			continue;
		rc = SG_OK;
		missing += i != MAP;
		file->is_removal = i == MAP && file->was_there &&
				   strstr(buf_str(&job->files[MAIN_CF].after),
				       "/" DOMAINS) == NULL;
		if (!file->is_removal)
			(void)buf_puts(&file->after, buf_str(&file->before));
	}
	/* one of them: what failed half way goes on */
	if (rc == SG_OK && missing == 2)
		return err_set(&job->err, SG_MISSING,
		    "there is nothing to undo: %s has no main.cf" POSTCONF_COPY
		    " and master.cf" POSTCONF_COPY,
		    job->postconf->dir);
	return rc;
}

/* What is undone is kept, too: somebody may have changed more since. */
static enum sg_err
restore(struct job *job)
{
	enum sg_err rc = SG_OK;

	for (int i = 0; i < FILES && rc == SG_OK; i++) {
		struct change *file = &job->files[i];

		rc = postconf_restore(
		    job->postconf, file->name, UNDONE, &job->err);
		if (rc == SG_OK && file->is_removal)
			rc = postconf_remove_map(
			    job->postconf, file->name, &job->err);
		else if (rc == SG_OK && i == MAP && file->was_there)
			rc = postconf_compile(
			    job->postconf, file->name, &job->err);
		if (rc == SG_OK && is_changed(file))
			say(job, file->is_removal ? "removed" : "restored",
			    file->name);
	}
	if (rc == SG_OK && json_array_size(job->done) > 0)
		say(job, "what was undone is in",
		    "main.cf" UNDONE ", master.cf" UNDONE);
	return rc;
}

int
setup_undo(struct ctl *ctl, const struct postconf *postconf)
{
	struct job job;
	enum sg_err rc;
	int status;

	job_init(&job, ctl, postconf);
	rc = load_all(&job);
	if (rc == SG_OK)
		rc = load_copies(&job);
	if (rc == SG_OK)
		rc = compare_all(&job);
	if (rc == SG_OK) {
		print_diff(&job);
		rc = restore(&job);
	}
	if (rc == SG_OK)
		rc = reload(&job);
	status = print_end(&job, rc,
	    "the files are as they were before sendward wrote to them");
	job_fini(&job);
	return status;
}
