// The account's messages: searched, watched, exported.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {list} from '../list.js';
import {button, heading, link, time} from '../parts.js';
import {given, OUTCOMES, pathOf, status} from './mail.js';

export const title = 'messages.title';

const SECONDS = {HOUR: 3600, DAY: 86400, WEEK: 604800};
const SHOWN = 1;

const filters = [
	{name: 'Recipient', key: 'messages.recipient', type: 'search'},
	{name: 'MessageId', key: 'messages.id', type: 'search'},
	{name: 'Status', key: 'messages.status', choices: [
		['', 'messages.any'],
		['DELIVERED', 'mail.delivered'],
		['BOUNCED', 'mail.bounced'],
		['COMPLAINED', 'mail.complained'],
		['DELAYED', 'mail.delayed'],
		['REJECTED', 'mail.rejected'],
		['PENDING', 'mail.pending'],
	]},
	{name: 'Period', key: 'messages.period', choices: [
		['', 'messages.period_all'],
		['HOUR', 'messages.period_hour'],
		['DAY', 'messages.period_day'],
		['WEEK', 'messages.period_week'],
	]},
	{name: 'Since', key: 'messages.since', type: 'datetime-local'},
	{name: 'Until', key: 'messages.until', type: 'datetime-local'},
	{name: 'Tag', key: 'messages.tag', type: 'search',
		placeholder: 'messages.tag_hint'},
];

const columns = [
	{key: 'messages.time', cell: row => time(row.Timestamp)},
	{key: 'messages.subject', class: 'mail-subject', cell: row => link(
		pathOf('messages', row.MessageId), null, row.Subject ?
			given(row.Subject) : text('messages.no_subject'))},
	{key: 'messages.recipients', class: 'mail-address', cell: recipients},
	{key: 'messages.status', cell: row => h('span', {class: 'row'},
		row.Outcomes.map(one => status(OUTCOMES, one)))},
	{key: 'messages.set', class: 'mail-name', cell: row => row.ConfigurationSetName ?? ''},
];

export async function show(view) {
	const rows = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/messages', {
				query: {...wanted(query), NextToken: token}, signal});
			return {rows: answer.Messages, next: answer.NextToken};
		},
		columns, filters,
		id: row => row.MessageId,
		live: 5000,
		empty: {text: 'messages.empty', action: view.isViewing ? null :
			link('/console/send', null, text('messages.send'))},
		none: 'messages.none',
		actions: view.isViewing ? [] :
			[button('messages.export', () => exportThem(view),
				{icon: 'download'})],
	});
	replace(view.root, heading(1, text(title)), rows.element);
}

function recipients(row) {
	const more = row.RecipientCount - Math.min(SHOWN, row.Recipients.length);
	return [
		row.Recipients.slice(0, SHOWN).map(one => h('div', null, given(one))),
		more > 0 && h('div', {class: 'quiet'},
			text('messages.more', {count: more})),
	];
}

/* The query of ListMessages. A time of one's own counts before a period. */
function wanted(query) {
	const filter = {};
	for (const name of ['Recipient', 'MessageId', 'Status', 'Tag']) {
		if (query[name]?.trim())
			filter[name] = query[name].trim();
	}
	/* somebody is still writing it */
	if (!filter.Tag?.includes('='))
		delete filter.Tag;
	const now = Math.floor(Date.now() / 1000);
	const since = seconds(query.Since) ??
		(SECONDS[query.Period] ? now - SECONDS[query.Period] : null);
	const until = seconds(query.Until);
	if (since !== null)
		filter.Since = since;
	if (until !== null)
		filter.Until = until;
	return filter;
}

function seconds(local) {
	const milliseconds = local ? new Date(local).getTime() : NaN;
	return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

async function exportThem(view) {
	await call('POST', '/sendward/exports', {
		body: {Kind: 'MESSAGES', Filter: wanted(view.query)}});
	view.go('/console/exports');
}
