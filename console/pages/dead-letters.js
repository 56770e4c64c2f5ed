// Notifications that could not be delivered: why, once more, or away with them.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {list} from '../list.js';
import {button, confirm, heading, link, number, time, toast} from '../parts.js';
import {given, pathOf, said} from './mail.js';

export const title = 'dead_letters.title';

export async function show(view) {
	const rows = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/dead-letters',
				{query: {NextToken: token}, signal});
			return {rows: answer.DeadLetters, next: answer.NextToken};
		},
		columns: columns(view, () => rows.reload()),
		id: row => row.NotificationId,
		live: 5000,
		empty: {text: 'dead_letters.empty', action: link('/console/topics', null,
			text('dead_letters.to_topics'))},
	});
	replace(view.root, heading(1, text(title)),
		h('p', {class: 'lead'}, text('dead_letters.intro')), rows.element);
}

function columns(view, reload) {
	return [
		{key: 'dead_letters.topic', class: 'mail-name', cell: row => link(
			pathOf('topics', row.TopicName), null, row.TopicName)},
		{key: 'dead_letters.endpoint', class: 'wide', cell: row => [
			given(row.Endpoint),
			h('div', {class: 'quiet'}, row.Protocol,
				row.Subject && [' · ', given(row.Subject)])]},
		{key: 'dead_letters.created', cell: row => time(row.CreatedTimestamp)},
		{key: 'dead_letters.attempts', number: true,
			cell: row => number(row.Attempts)},
		{key: 'dead_letters.error', class: 'wide',
			cell: row => row.Error ? said(row.Error) : ''},
		!view.isViewing && {key: 'mail.actions', class: 'narrow',
			cell: row => h('div', {class: 'actions'},
				button('dead_letters.retry', () => retry(row, reload)),
				button('mail.delete', () => remove(row, reload),
					{kind: 'quiet'}))},
	].filter(Boolean);
}

function path(row) {
	return `/sendward/dead-letters/${encodeURIComponent(row.NotificationId)}`;
}

async function retry(row, reload) {
	await call('POST', path(row));
	toast('dead_letters.retried', 'good');
	reload();
}

async function remove(row, reload) {
	const done = await confirm({
		title: text('dead_letters.delete_title'),
		body: text('dead_letters.delete_text', {endpoint: row.Endpoint}),
		submit: 'mail.delete',
		danger: true,
		action: () => call('DELETE', path(row)),
	});
	if (done !== null)
		reload();
}
