// Addresses from a file: read here, worked off by the server, watched. The page may
// be left meanwhile.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {poll} from '../live.js';
import {form, formError} from '../form.js';
import {badge, button, bytes, card, dialog, progress, time, toast} from '../parts.js';
import {said} from './mail.js';

const BYTES_MOST = 32 * 1024 * 1024;
const FORMATS = {csv: 'CSV', txt: 'CSV', json: 'JSON', jsonl: 'JSON',
	ndjson: 'JSON'};
const SHOWN_SECONDS = 3600;
const SHOWN_MOST = 5;

/** page: of suppressions.js, {view, running, reload()}. */
export function importButton(page) {
	return button('suppressions.import', () => choose(page));
}

function choose(page) {
	const element = form({
		fields: [
			{name: 'file', key: 'suppressions.file', type: 'file', required: true,
				hint: 'suppressions.file_hint'},
			{name: 'action', key: 'suppressions.what', type: 'select', choices: [
				['PUT', 'suppressions.put'], ['DELETE', 'suppressions.delete']]},
		],
		submit: 'suppressions.import',
		cancel: () => opened.close(),
		action: async ({action}) => {
			await send(element.elements.file.files[0], action);
			opened.close();
			toast('suppressions.import_begun', 'good');
			page.isAsked = true;
			page.watch.now();
		},
	});
	element.elements.file.accept = Object.keys(FORMATS)
		.map(one => `.${one}`).join(',');
	const opened = dialog({title: 'suppressions.import', body: element});
}

async function send(file, action) {
	const format = FORMATS[/\.(\w+)$/.exec(file.name)?.[1].toLowerCase()];
	if (format === undefined)
		throw formError('file', text('suppressions.file_format'));
	if (file.size > BYTES_MOST)
		throw formError('file', text('suppressions.file_large',
			{size: bytes(file.size), most: bytes(BYTES_MOST)}));
	const content = await file.text();
	if (content.trim() === '')
		throw formError('file', text('suppressions.file_empty'));
	await call('POST', '/sendward/suppression-imports',
		{body: {Content: content, Format: format, Action: action}});
}

/* ---- what runs ------------------------------------------------------------------ */

/** Shows imports of the last hour, and those that run, until all are done. */
export function imports(page) {
	let drawn = '';
	let running = 0;
	page.isAsked = true;
	page.watch = poll(page.view, 2000, async () => {
		if (!page.isAsked && running === 0)
			return;
		const rows = await recent(page);
		page.isAsked = false;
		const facet = JSON.stringify(rows);
		if (facet !== drawn)
			replace(page.running, rows.length > 0 && card('suppressions.imports',
				h('ul', {class: 'rows'}, rows.map(row => h('li', null, one(row))))));
		drawn = facet;
		const now = rows.filter(isRunning).length;
		if (now < running)
			await page.reload();
		running = now;
	});
}

function isRunning(row) {
	return row.Status === 'CREATED' || row.Status === 'PROCESSING';
}

async function recent({view: {signal}}) {
	const {Imports: rows} = await call('GET', '/sendward/suppression-imports',
		{query: {PageSize: 20}, signal});
	const since = Date.now() / 1000 - SHOWN_SECONDS;
	return rows.filter(row => isRunning(row) || row.CreatedTimestamp > since)
		.slice(0, SHOWN_MOST);
}

function one(row) {
	return [
		h('div', {class: 'row'},
			h('strong', null, text(row.Action === 'DELETE' ?
				'suppressions.delete' : 'suppressions.put')),
			time(row.CreatedTimestamp), state(row)),
		h('p', {class: 'quiet'},
			text('suppressions.processed', {count: row.Processed ?? 0}),
			row.Failed > 0 && [' ', text('suppressions.refused',
				{count: row.Failed})]),
		row.Error && said(row.Error),
	];
}

function state(row) {
	if (isRunning(row))
		return progress(row.PercentDone === undefined ? null :
			row.PercentDone / 100, text('suppressions.importing'));
	return row.Status === 'FAILED' ?
		badge('bad', text('suppressions.import_failed')) :
		badge('good', text('suppressions.import_done'));
}
