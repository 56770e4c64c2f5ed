// What happened to a message, in its order, as entries of a list. All texts are
// strangers'.
import {h} from '../dom.js';
import {text} from '../strings.js';
import {badge, link, time} from '../parts.js';
import {given, pathOf, said} from './mail.js';
import {meaning} from './smtp.js';

const MOST = 20;

const DELAYS = {
	InternalFailure: 'message.delay_internal',
	General: 'message.delay_general',
	MailboxFull: 'message.delay_full',
	SpamDetected: 'message.delay_spam',
	RecipientServerError: 'message.delay_server',
	IPFailure: 'message.delay_address',
	TransientCommunicationFailure: 'message.delay_connection',
	BYOIPHostNameLookupUnavailable: 'message.delay_name',
	Undetermined: 'message.delay_general',
	SendingDeferral: 'message.delay_deferral',
};
const COMPLAINTS = {
	'abuse': 'message.complaint_abuse',
	'auth-failure': 'message.complaint_auth',
	'fraud': 'message.complaint_fraud',
	'not-spam': 'message.complaint_not_spam',
	'virus': 'message.complaint_virus',
};
const BOUNCES = {
	Permanent: ['bad', 'message.bounce_permanent'],
	Transient: ['warn', 'message.bounce_transient'],
	Undetermined: ['bad', 'message.bounce_undetermined'],
};
const TELLERS = {
	'Send': sent, 'Delivery': delivered, 'Bounce': bounced,
	'Complaint': complained, 'DeliveryDelay': delayed, 'Reject': rejected,
	'Rendering Failure': failed,
};

/** The list, oldest first, of GetMessage's answer. */
export function story(message) {
	const entries = [accepted(message),
		...(message.Events ?? []).flatMap(event => tell(event, message))];
	/* what happened in the same second stays in the order it was told in */
	entries.sort((a, b) => a.at - b.at);
	return h('ol', {class: 'story'}, entries.map(entry =>
		h('li', {class: ['story-entry', `kind-${entry.kind}`]},
			h('div', {class: 'story-head'},
				badge(entry.kind, entry.title), time(entry.at)),
			h('div', {class: 'story-body'}, entry.body))));
}

function accepted(message) {
	const {Credential: credential, SourceIp: address} = message;
	return {at: message.Timestamp, kind: 'quiet', title: text('message.accepted'),
		body: address && h('p', null, text(credential ? 'message.accepted_by' :
			'message.accepted_from', {credential, address}))};
}

function tell(event, message) {
	const entry = (TELLERS[event.Type] ?? other)(event, event.Detail ?? {});
	return [{at: event.Timestamp, ...entry}, ...suppressed(event, message)];
}

function sent(event) {
	return {kind: 'quiet', title: text('message.sent'),
		body: names(event.Recipients)};
}

function delivered(event, detail) {
	const msec = detail.processingTimeMillis;
	return {kind: 'good', title: text('mail.delivered'), body: [
		names(detail.recipients ?? event.Recipients),
		msec >= 100 && h('p', {class: 'quiet'},
			text('message.took', {seconds: Math.round(msec / 100) / 10})),
		answer(detail.smtpResponse, detail.remoteMtaIp ?? detail.reportingMTA),
	]};
}

function bounced(event, detail) {
	const [kind, key] = BOUNCES[detail.bounceType] ?? BOUNCES.Undetermined;
	const recipients = detail.bouncedRecipients ??
		(event.Recipients ?? []).map(emailAddress => ({emailAddress}));
	return {kind, title: text(key), body: [
		each(recipients, one => [h('p', null, given(one.emailAddress)),
			cause(one.status, one.diagnosticCode)]),
		reporter(detail.reportingMTA),
	]};
}

function delayed(event, detail) {
	const recipients = detail.delayedRecipients ??
		(event.Recipients ?? []).map(emailAddress => ({emailAddress}));
	const until = Date.parse(detail.expirationTime) / 1000;
	return {kind: 'warn', title: text('mail.delayed'), body: [
		h('p', null, text(DELAYS[detail.delayType] ?? 'message.delay_general')),
		Number.isFinite(until) && h('p', {class: 'quiet'},
			text('message.tried_until'), ' ', time(until)),
		each(recipients, one => [h('p', null, given(one.emailAddress)),
			cause(one.status, one.diagnosticCode)]),
		reporter(detail.reportingMTA),
	]};
}

function complained(event, detail) {
	const recipients = (detail.complainedRecipients ?? [])
		.map(one => one.emailAddress);
	const type = COMPLAINTS[detail.complaintFeedbackType];
	return {kind: 'bad', title: text('mail.complained'), body: [
		names(recipients.length > 0 ? recipients : event.Recipients),
		h('p', null, text(type ?? 'message.complaint_other')),
		detail.userAgent && h('p', {class: 'quiet'},
			text('message.told_by'), ' ', given(detail.userAgent)),
	]};
}

function rejected(event, detail) {
	return {kind: 'bad', title: text('mail.rejected'),
		body: detail.reason ? said(detail.reason) : names(event.Recipients)};
}

function failed(event, detail) {
	return {kind: 'bad', title: text('message.rendering_failed'), body: [
		detail.templateName && h('p', null, link(
			pathOf('templates', detail.templateName), null,
			detail.templateName)),
		detail.errorMessage && said(detail.errorMessage),
	]};
}

function other(event) {
	return {kind: 'quiet', title: given(event.Type),
		body: names(event.Recipients)};
}

/* The addresses of a bounce or complaint that are on the list now. */
function suppressed(event, message) {
	if (event.Type !== 'Bounce' && event.Type !== 'Complaint')
		return [];
	const about = new Set([
		...event.Recipients ?? [],
		...(event.Detail?.bouncedRecipients ?? []).map(one => one.emailAddress),
	].map(one => String(one).toLowerCase()));
	const held = (message.Recipients ?? []).filter(one => one.Suppressed &&
		about.has(String(one.Address).toLowerCase()));
	return held.length === 0 ? [] : [{
		at: event.Timestamp, kind: 'warn', title: text('message.suppressed'),
		body: [h('p', null, text('message.suppressed_text')),
			each(held, one => h('p', null, link('/console/suppressions',
				{Address: one.Address}, given(one.Address))))],
	}];
}

/** What a status code and the other server's words say. */
export function cause(code, words) {
	const keys = meaning(code);
	return [
		keys.length > 0 && h('p', null, keys.map(key => [text(key), ' '])),
		(code || words) && said([code, words].filter(Boolean).join(' — ')),
	];
}

function answer(words, server) {
	return [
		server && h('p', {class: 'quiet'}, text('message.answer_of'), ' ',
			given(server)),
		words && said(words),
	];
}

function reporter(server) {
	return server && h('p', {class: 'quiet'}, text('message.told_by'), ' ',
		given(String(server).replace(/^dns;\s*/i, '')));
}

function names(addresses) {
	return each(addresses ?? [], one => h('p', null, given(one)));
}

function each(rows, show) {
	const more = rows.length - MOST;
	return [rows.slice(0, MOST).map(one => h('div', {class: 'story-one'},
		show(one))),
	more > 0 && h('p', {class: 'quiet'}, text('messages.more', {count: more}))];
}
