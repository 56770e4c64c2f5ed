# console: what sendward-apid serves to browsers, as it stands here.
consoledir = $(pkgdatadir)/console
dist_console_DATA = console/index.html \
	console/app.js console/api.js console/chart.js \
	console/dialog.js console/dom.js console/form.js \
	console/format.js console/icons.js console/list.js \
	console/live.js console/meter.js console/parts.js \
	console/router.js console/routes.js console/session.js \
	console/strings.js console/theme.js console/style.css \
	console/parts.css console/tables.css console/pages.css console/icon.svg
consolepagesdir = $(consoledir)/pages
dist_consolepages_DATA = \
	console/pages/clients.js \
	console/pages/credentials.js \
	console/pages/dashboard.js \
	console/pages/identities.js \
	console/pages/identity.js \
	console/pages/identity-settings.js \
	console/pages/keep.js \
	console/pages/production.js \
	console/pages/records.js \
	console/pages/send.js \
	console/pages/steps.js \
	console/pages/not-found.js \
	console/pages/security.js \
	console/pages/sign-in.js
dist_consolepages_DATA += \
	console/pages/dead-letters.js \
	console/pages/exports.js \
	console/pages/mail.js \
	console/pages/message-story.js \
	console/pages/message.js \
	console/pages/messages.js \
	console/pages/placeholders.js \
	console/pages/set-destinations.js \
	console/pages/set.js \
	console/pages/sets.js \
	console/pages/smtp.js \
	console/pages/suppression-import.js \
	console/pages/suppressions.js \
	console/pages/template-editor.js \
	console/pages/template-preview.js \
	console/pages/template.js \
	console/pages/templates.js \
	console/pages/topic-deliveries.js \
	console/pages/topic-subscriptions.js \
	console/pages/topic.js \
	console/pages/topics.js \
	console/pages/unsaved.js
dist_consolepages_DATA += \
	console/pages/account.js \
	console/pages/accounts.js \
	console/pages/health.js \
	console/pages/observed.js \
	console/pages/operator.js \
	console/pages/pools.js \
	console/pages/report.js \
	console/pages/reports.js \
	console/pages/requests.js \
	console/pages/summary.js \
	console/pages/users.js
EXTRA_DIST += console/README.md console/API.md console/package.json
