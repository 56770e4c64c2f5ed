// One message: what it is, everything that happened to it, and what was told of it.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {poll} from '../live.js';
import {bytes, card, code, details, facts, heading, link, notice, time} from
	'../parts.js';
import {given, OUTCOMES, pathOf, said, status} from './mail.js';
import {cause, story} from './message-story.js';

export const title = 'message.title';

const NOTIFIED = {
	WAITING: ['warn', 'message.waiting'],
	DEAD: ['bad', 'message.dead'],
};

export async function show(view) {
	const {id} = view.params;
	const parts = {};
	const path = `/sendward/messages/${encodeURIComponent(id)}`;
	const first = await call('GET', path, {signal: view.signal});
	replace(view.root, layout(parts));
	draw(view, parts, first);
	if (isSettled(first))
		return;
	const watch = poll(view, 2000, async () => {
		const message = await call('GET', path, {signal: view.signal});
		draw(view, parts, message);
		if (isSettled(message))
			watch?.stop();
	});
}

function isSettled(message) {
	return message.Recipients.every(one => one.Outcome !== 'PENDING' &&
		one.Outcome !== 'DELAYED') &&
		!(message.Notifications ?? []).some(one => one.Status === 'WAITING');
}

const SECTIONS = ['head', 'facts', 'story', 'recipients', 'notifications',
	'headers', 'reports'];

function layout(parts) {
	for (const name of SECTIONS)
		parts[name] = {element: h('div', {class: `message-${name}`}), drawn: ''};
	parts.story.element.setAttribute('aria-live', 'polite');
	return [parts.head.element, h('div', {class: 'message'},
		h('div', null, ['story', 'recipients', 'notifications', 'reports']
			.map(name => parts[name].element)),
		h('div', null, ['facts', 'headers']
			.map(name => parts[name].element)))];
}

/* What did not change stays as it is: people may be reading in it. */
function draw(view, parts, message) {
	const drawers = {
		head: [[message.Subject, message.Outcomes, isSettled(message)], head],
		facts: [[message.Tags, message.RecipientCount], factsCard],
		story: [[message.Events, message.Recipients], storyCard],
		recipients: [message.Recipients, recipients],
		notifications: [message.Notifications, notifications],
		headers: [message.Headers, headers],
		reports: [message.Reports, reports],
	};
	for (const [name, [facet, drawer]] of Object.entries(drawers)) {
		const drawn = JSON.stringify(facet ?? null);
		if (drawn !== parts[name].drawn)
			replace(parts[name].element, drawer(message, view));
		parts[name].drawn = drawn;
	}
}

function head(message) {
	return h('div', {class: 'stack'},
		heading(1, message.Subject ? given(message.Subject) :
			text('messages.no_subject')),
		h('p', {class: 'row'},
			message.Outcomes.map(one => status(OUTCOMES, one)),
			!isSettled(message) && h('span', {class: 'quiet'},
				text('message.watching'))));
}

function factsCard(message) {
	const {ConfigurationSetName: set, IdentityName: identity} = message;
	return card('message.facts', facts([
		['messages.id', code(message.MessageId)],
		['messages.time', time(message.Timestamp)],
		['message.sender', given(message.Sender)],
		['messages.recipients', String(message.RecipientCount)],
		['messages.set', set && link(pathOf('sets', set), null, set)],
		['message.identity', identity && link(pathOf('identities', identity),
			null, identity)],
		['message.tenant', message.TenantName],
		['message.size', message.SizeBytes && bytes(message.SizeBytes)],
		['message.source', message.SourceIp],
		['message.credential', message.Credential],
	].map(([key, value]) => [key, value || null])), tags(message.Tags ?? {}));
}

function tags(map) {
	const entries = Object.entries(map);
	return entries.length > 0 && [h('h3', null, text('message.tags')),
		facts(entries.map(([name, value]) => [given(name),
			given(Array.isArray(value) ? value.join(', ') : String(value))]))];
}

function storyCard(message) {
	return card('message.story', story(message));
}

function recipients(message) {
	return card('messages.recipients',
		h('ul', {class: 'rows'}, message.Recipients.map(one => h('li', null,
			h('div', {class: 'row'}, given(one.Address),
				status(OUTCOMES, one.Outcome),
				one.Timestamp && time(one.Timestamp)),
			cause(one.StatusCode, one.DiagnosticText),
			one.Suppressed && h('p', null, link('/console/suppressions',
				{Address: one.Address}, text('message.on_list')))))),
		message.RecipientCount > message.Recipients.length && h('p',
			{class: 'quiet'}, text('messages.more', {
				count: message.RecipientCount - message.Recipients.length})));
}

function notifications(message) {
	const rows = message.Notifications ?? [];
	return rows.length > 0 && card('message.notifications',
		h('ul', {class: 'rows'}, rows.map(one => h('li', null,
			h('div', {class: 'row'}, status(NOTIFIED, one.Status),
				link(pathOf('topics', one.TopicName), null, one.TopicName),
				h('span', {class: 'quiet'}, one.Protocol)),
			h('p', null, given(one.Endpoint)),
			h('p', {class: 'quiet'},
				text('message.attempts', {count: one.Attempts})),
			one.Error && said(one.Error),
			one.Status === 'DEAD' && h('p', null, link('/console/dead-letters',
				null, text('message.to_dead_letters')))))));
}

function headers(message) {
	const rows = message.Headers ?? [];
	return rows.length > 0 && details(
		text('message.headers', {count: rows.length}),
		facts(rows.map(one => [given(one.Name), given(one.Value)])));
}

function reports(message, view) {
	const rows = message.Reports ?? [];
	return rows.length > 0 && card('message.reports',
		h('p', {class: 'quiet'}, text('message.reports_text')),
		rows.map(one => report(view, message.MessageId, one)));
}

/* The text is fetched when somebody wants to read it. */
function report(view, id, row) {
	const content = h('div', {'aria-live': 'polite'});
	const element = details(
		[time(row.Timestamp), ' ', given(String(row.Format).toUpperCase())],
		content);
	const load = async () => {
		if (!element.open || content.childNodes.length > 0)
			return;
		replace(content, h('p', {class: 'quiet'}, text('app.loading')));
		try {
			const answer = await call('GET',
				`/sendward/messages/${encodeURIComponent(id)}/reports/` +
				encodeURIComponent(row.ReportId), {signal: view.signal});
			replace(content, answer.Truncated && h('p', {class: 'quiet'},
				text('message.cut')), said(answer.Content));
		} catch (error) {
			replace(content, notice('bad', text('mail.failed'), error.message));
		}
	};
	element.addEventListener('toggle', load);
	return element;
}
