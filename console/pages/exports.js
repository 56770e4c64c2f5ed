// Files of the account's messages and suppressions: made in the background, fetched,
// deleted.
import {h, replace} from '../dom.js';
import {call, search} from '../api.js';
import {text} from '../strings.js';
import {list} from '../list.js';
import {badge, button, bytes, confirm, heading, link, number, progress, time}
	from '../parts.js';

export const title = 'exports.title';

const KINDS = {
	SUPPRESSIONS: 'exports.suppressions',
	MESSAGES: 'exports.messages',
};

export async function show(view) {
	const rows = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/exports',
				{query: {NextToken: token}, signal});
			return {rows: answer.Exports, next: answer.NextToken};
		},
		columns: columns(view, () => rows.reload()),
		id: row => row.ExportId,
		live: 2000,
		empty: {text: 'exports.empty', action: h('span', {class: 'row'},
			link('/console/messages', null, text('exports.from_messages')),
			link('/console/suppressions', null,
				text('exports.from_suppressions')))},
	});
	replace(view.root, heading(1, text(title)),
		h('p', {class: 'lead'}, text('exports.intro')), rows.element);
}

function columns(view, reload) {
	return [
		{key: 'exports.kind', cell: row => text(KINDS[row.Kind])},
		{key: 'exports.created', cell: row => time(row.CreatedTimestamp)},
		{key: 'exports.status', cell: state},
		{key: 'exports.records', number: true, cell: row =>
			row.Records === undefined ? '' : number(row.Records)},
		{key: 'exports.file', cell: row => file(view, row)},
		{key: 'exports.expires', cell: row => row.ExpiresTimestamp ?
			time(row.ExpiresTimestamp) : ''},
		!view.isViewing && {key: 'mail.actions', class: 'narrow',
			cell: row => button('mail.delete',
				() => remove(row, reload), {kind: 'quiet'})},
	].filter(Boolean);
}

function state(row) {
	if (row.Status === 'DONE')
		return badge('good', text('exports.done'));
	if (row.Status === 'FAILED')
		return [badge('bad', text('exports.failed')),
			row.Error && h('p', {class: 'quiet'}, row.Error)];
	if (row.Status === 'WAITING')
		return badge('quiet', text('exports.waiting'));
	return progress(row.PercentDone === undefined ? null :
		row.PercentDone / 100, text('exports.running'));
}

function file(view, row) {
	return row.Status !== 'DONE' ? '' :
		h('a', {href: `/console/exports/${encodeURIComponent(row.ExportId)}` +
			search({account: view.isViewing ? view.account : null}),
		download: true}, text('exports.download'), ' ',
		h('span', {class: 'quiet'}, bytes(row.Bytes)));
}

async function remove(row, reload) {
	const done = await confirm({
		title: text('exports.delete_title'),
		body: text('exports.delete_text'),
		submit: 'mail.delete',
		danger: true,
		action: () => call('DELETE',
			`/sendward/exports/${encodeURIComponent(row.ExportId)}`),
	});
	if (done !== null)
		reload();
}
