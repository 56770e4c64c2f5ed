// What a topic told whom: a test that is watched as it happens, and the newest
// publications.
import {h, replace} from '../dom.js';
import {call, sns} from '../api.js';
import {text} from '../strings.js';
import {poll} from '../live.js';
import {badge, card, confirm, details, link, notice, table, time} from '../parts.js';
import {given, said, status} from './mail.js';

const STATES = {
	DELIVERED: ['good', 'topic.delivered'],
	WAITING: ['quiet', 'topic.waiting'],
	DEAD: ['bad', 'topic.dead'],
};

/* ---- a test ------------------------------------------------------------------ */

/** Publishes what people write, and shows each delivery until all are known. */
export async function startTest(page) {
	let published = null;
	await confirm({
		title: 'topic.test',
		body: 'topic.test_text',
		fields: [
			{name: 'subject', key: 'topic.test_subject', type: 'text', most: 100,
				value: text('topic.test_subject_value')},
			{name: 'message', key: 'topic.test_message', type: 'textarea',
				required: true, value: text('topic.test_message_value')},
		],
		submit: 'topic.publish',
		action: async ({subject, message}) => {
			published = await sns('Publish', {TopicArn: page.arn,
				Subject: subject || null, Message: message});
		},
	});
	if (published !== null)
		watch(page, published.MessageId);
}

function watch(page, id) {
	const path = `/sendward/topics/${encodeURIComponent(page.name)}/deliveries`;
	const body = h('div', {class: 'stack'},
		h('p', {class: 'quiet'}, text('topic.test_wait')));
	let drawn = '';
	page.stopTest?.();
	replace(page.test, card('topic.test_result', body));
	const watching = poll(page.view, 1000, async () => {
		const answer = await call('GET', path, {signal: page.view.signal});
		const one = answer.Publications.find(row => row.MessageId === id);
		const facet = JSON.stringify(one?.Deliveries ?? null);
		if (facet !== drawn)
			replace(body, result(one));
		drawn = facet;
		if (!one || one.Deliveries.every(isKnown))
			watching.stop();
	});
	page.stopTest = watching.stop;
}

function isKnown(delivery) {
	return delivery.Status !== 'WAITING' || Boolean(delivery.Error);
}

function result(publication) {
	if (!publication || publication.Deliveries.length === 0)
		return notice('warn', 'topic.test_nobody',
			h('p', null, text('topic.test_nobody_text')));
	const rows = publication.Deliveries;
	const bad = rows.filter(one => one.Error && one.Status !== 'DELIVERED').length;
	const waiting = rows.filter(one => !isKnown(one)).length;
	return [
		h('p', null, waiting > 0 ? text('topic.test_waiting', {count: waiting}) :
			bad > 0 ? text('topic.test_failed', {count: bad}) :
				text('topic.test_good')),
		deliveries(rows),
	];
}

/* ---- what was told lately ------------------------------------------------------ */

/** The card of ListDeliveries' publications. */
export function publications(rows) {
	return card('topic.recent', rows.length === 0 ?
		h('p', null, text('topic.no_recent')) :
		h('ul', {class: 'rows'}, rows.map(one => h('li', null, details(
			[time(one.CreatedTimestamp), ' ', one.Subject ? given(one.Subject) :
				h('code', null, one.MessageId), ' ', summary(one.Deliveries)],
			one.Deliveries.length === 0 ? text('topic.nobody') :
				deliveries(one.Deliveries))))));
}

function summary(rows) {
	const counts = new Map();
	for (const row of rows)
		counts.set(row.Status, (counts.get(row.Status) ?? 0) + 1);
	return [...counts].map(([state, count]) => {
		const [kind, key] = STATES[state] ?? ['quiet', 'topic.waiting'];
		return [badge(kind, text(key), count > 1 && ` ${count}`), ' '];
	});
}

function deliveries(rows) {
	return table({label: 'topic.deliveries', rows, columns: [
		{key: 'topic.endpoint', class: 'wide', cell: row => [given(row.Endpoint),
			h('div', {class: 'quiet'}, row.Protocol)]},
		{key: 'topic.state', cell: row => [status(STATES, row.Status),
			row.Status === 'DEAD' && h('div', null, link('/console/dead-letters',
				null, text('topic.to_dead_letters')))]},
		{key: 'topic.attempts', number: true, cell: row => String(row.Attempts)},
		{key: 'topic.error', class: 'wide', cell: row => [
			row.Error && said(row.Error),
			row.Status === 'WAITING' && row.NextTimestamp && h('div',
				{class: 'quiet'}, text('topic.next'), ' ',
				time(row.NextTimestamp))]},
	]});
}
