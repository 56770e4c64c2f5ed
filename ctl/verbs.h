/* The handlers that the command table names, one file a noun. Each prints its
 * answer or its complaint and returns the exit status. */
#ifndef SENDWARD_CTL_VERBS_H
#define SENDWARD_CTL_VERBS_H

struct ctl;

int account_run_create(struct ctl *ctl);
int account_run_list(struct ctl *ctl);
int account_run_show(struct ctl *ctl);
int account_run_set(struct ctl *ctl);
int account_run_pause(struct ctl *ctl);
int account_run_resume(struct ctl *ctl);
int account_run_delete(struct ctl *ctl);
int quota_run_show(struct ctl *ctl);

int login_run_add(struct ctl *ctl);
int login_run_remove(struct ctl *ctl);
int login_run_list(struct ctl *ctl);

int credential_run_create(struct ctl *ctl);
int credential_run_import(struct ctl *ctl);
int credential_run_list(struct ctl *ctl);
int credential_run_set(struct ctl *ctl);
int credential_run_disable(struct ctl *ctl);
int credential_run_enable(struct ctl *ctl);
int credential_run_delete(struct ctl *ctl);

int identity_run_create(struct ctl *ctl);
int identity_run_list(struct ctl *ctl);
int identity_run_show(struct ctl *ctl);
int identity_run_check(struct ctl *ctl);
int identity_run_records(struct ctl *ctl);
int identity_run_restart(struct ctl *ctl);
int identity_run_verify(struct ctl *ctl);
int identity_run_mail_from(struct ctl *ctl);
int identity_run_allow(struct ctl *ctl);
int identity_run_disallow(struct ctl *ctl);
int identity_run_grants(struct ctl *ctl);
int identity_run_set(struct ctl *ctl);
int identity_run_delete(struct ctl *ctl);

int dkim_run_show(struct ctl *ctl);
int dkim_run_rotate(struct ctl *ctl);
int dkim_run_import(struct ctl *ctl);
int dkim_run_zone(struct ctl *ctl);
int dkim_run_operator(struct ctl *ctl);

int request_run_create(struct ctl *ctl);
int request_run_list(struct ctl *ctl);
int request_run_show(struct ctl *ctl);
int request_run_approve(struct ctl *ctl);
int request_run_deny(struct ctl *ctl);

int message_run_show(struct ctl *ctl);
int message_run_list(struct ctl *ctl);

int event_run_list(struct ctl *ctl);

int feedback_run_classify(struct ctl *ctl);
int feedback_run_reclassify(struct ctl *ctl);
int feedback_run_list(struct ctl *ctl);
int feedback_run_show(struct ctl *ctl);

int suppression_run_add(struct ctl *ctl);
int suppression_run_show(struct ctl *ctl);
int suppression_run_remove(struct ctl *ctl);
int suppression_run_list(struct ctl *ctl);
int suppression_run_import(struct ctl *ctl);
int suppression_run_export(struct ctl *ctl);

int reputation_run_show(struct ctl *ctl);

int tenant_run_list(struct ctl *ctl);
int tenant_run_show(struct ctl *ctl);
int tenant_run_pause(struct ctl *ctl);
int tenant_run_resume(struct ctl *ctl);

int user_run_create(struct ctl *ctl);
int user_run_list(struct ctl *ctl);
int user_run_set(struct ctl *ctl);
int user_run_sign_out(struct ctl *ctl);
int user_run_delete(struct ctl *ctl);

int lease_run_list(struct ctl *ctl);
int lease_run_return(struct ctl *ctl);
int pool_run_create(struct ctl *ctl);
int pool_run_list(struct ctl *ctl);
int pool_run_add_ip(struct ctl *ctl);
int pool_run_remove_ip(struct ctl *ctl);
int pool_run_set(struct ctl *ctl);
int pool_run_delete(struct ctl *ctl);
/* Opens what is needed, and the pool that the first argument and --account name. */
struct store_pool;
int pool_open(struct ctl *ctl, int needs, struct store_pool *row_r);
/* "day 3 of 45 (5 %)" or "over". */
#define POOL_WARMUP_TEXT_MAX 48
void pool_warmup_text(int percentage, char text_r[POOL_WARMUP_TEXT_MAX]);
int pool_run_show(struct ctl *ctl);
int pool_run_transports(struct ctl *ctl);

int limit_run_add(struct ctl *ctl);
int limit_run_list(struct ctl *ctl);
int limit_run_remove(struct ctl *ctl);
int limit_run_status(struct ctl *ctl);
int limit_run_release(struct ctl *ctl);

int configset_run_create(struct ctl *ctl);
int configset_run_list(struct ctl *ctl);
int configset_run_show(struct ctl *ctl);
int configset_run_set(struct ctl *ctl);
int configset_run_pause(struct ctl *ctl);
int configset_run_resume(struct ctl *ctl);
int configset_run_delete(struct ctl *ctl);
int configset_run_listen(struct ctl *ctl);
int configset_run_unlisten(struct ctl *ctl);

int topic_run_create(struct ctl *ctl);
int topic_run_list(struct ctl *ctl);
int topic_run_show(struct ctl *ctl);
int topic_run_set(struct ctl *ctl);
int topic_run_delete(struct ctl *ctl);

int subscription_run_add(struct ctl *ctl);
int subscription_run_list(struct ctl *ctl);
int subscription_run_show(struct ctl *ctl);
int subscription_run_confirm(struct ctl *ctl);
int subscription_run_remove(struct ctl *ctl);
int subscription_run_dead(struct ctl *ctl);
int subscription_run_replay(struct ctl *ctl);

int import_run_opendkim(struct ctl *ctl);
int import_run_rspamd(struct ctl *ctl);
int import_run_postfix(struct ctl *ctl);
int import_run_ses(struct ctl *ctl);

int explain_run(struct ctl *ctl);

int letter_run_list(struct ctl *ctl);

int config_run_check(struct ctl *ctl);
int config_run_dump(struct ctl *ctl);

int observed_run_list(struct ctl *ctl);
int observed_run_adopt(struct ctl *ctl);

int health_run(struct ctl *ctl);
int doctor_run(struct ctl *ctl);
int duty_run_list(struct ctl *ctl);

int db_run_migrate(struct ctl *ctl);
int key_run_show(struct ctl *ctl);
int key_run_add(struct ctl *ctl);
int key_run_rotate(struct ctl *ctl);
int key_run_drop(struct ctl *ctl);

int db_run_backup(struct ctl *ctl);
int db_run_copy(struct ctl *ctl);

int setup_run_postfix(struct ctl *ctl);
int setup_run_sendmail(struct ctl *ctl);
int setup_run_dovecot(struct ctl *ctl);

#endif
