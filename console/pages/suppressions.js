// The account's suppression list: searched, added to, taken from; how it fills itself.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {list} from '../list.js';
import {form, formError} from '../form.js';
import {badge, button, card, confirm, heading, link, time, toast} from '../parts.js';
import {given, pathOf, status} from './mail.js';
import {importButton, imports} from './suppression-import.js';

export const title = 'suppressions.title';

const REASONS = {
	BOUNCE: ['bad', 'suppressions.bounce'],
	COMPLAINT: ['bad', 'suppressions.complaint'],
	MANUAL: ['quiet', 'suppressions.manual'],
};
const ADDED_MOST = 100;

export async function show(view) {
	const page = {view, running: h('div', {'aria-live': 'polite'})};
	const rows = list(view, {
		load: async ({Address, Reason}, token, signal) => {
			const answer = await call('GET', '/sendward/suppressions',
				{query: {Address, Reason, NextToken: token}, signal});
			return {rows: answer.Suppressions, next: answer.NextToken};
		},
		columns: columns(page),
		filters: [
			{name: 'Address', key: 'suppressions.address', type: 'search',
				placeholder: 'suppressions.address_hint'},
			{name: 'Reason', key: 'suppressions.reason', choices: [
				['', 'suppressions.any'],
				['BOUNCE', 'suppressions.bounce'],
				['COMPLAINT', 'suppressions.complaint'],
				['MANUAL', 'suppressions.manual'],
			]},
		],
		id: row => row.EmailAddress,
		empty: {text: 'suppressions.empty'},
		none: 'suppressions.none',
		actions: view.isViewing ? [] : [button('suppressions.export',
			() => exportThem(view), {icon: 'download'})],
	});
	page.reload = rows.reload;
	replace(view.root,
		heading(1, text(title), !view.isViewing && [
			importButton(page),
			button('suppressions.add', () => add(page),
				{kind: 'primary', icon: 'plus'})]),
		h('p', {class: 'lead'}, text('suppressions.intro')),
		page.running, rows.element, await automatic(view));
	imports(page);
}

function columns(page) {
	return [
		{key: 'suppressions.address', class: 'wide',
			cell: row => given(row.EmailAddress)},
		{key: 'suppressions.reason', cell: row => status(REASONS, row.Reason)},
		{key: 'suppressions.since', cell: row => time(row.Timestamp)},
		{key: 'suppressions.expires', cell: row => row.ExpiresTimestamp ?
			time(row.ExpiresTimestamp) : text('suppressions.never')},
		{key: 'suppressions.message', cell: row => row.MessageId ?
			link(pathOf('messages', row.MessageId), null,
				text('suppressions.show')) : ''},
		!page.view.isViewing && {key: 'mail.actions', class: 'narrow',
			cell: row => button('mail.remove', () => remove(page, row),
				{kind: 'quiet'})},
	].filter(Boolean);
}

function pathOfOne(address) {
	return `/v2/email/suppression/addresses/${encodeURIComponent(address)}`;
}

async function remove(page, row) {
	const values = await confirm({
		title: 'suppressions.remove_title',
		body: [given(row.EmailAddress), h('p', null, text(row.Reason === 'MANUAL' ?
			'suppressions.remove_text' : 'suppressions.remove_warning'))],
		submit: 'mail.remove',
		danger: true,
		action: () => call('DELETE', pathOfOne(row.EmailAddress)),
	});
	if (values !== null) {
		toast(text('suppressions.removed', {address: row.EmailAddress}), 'good');
		await page.reload();
	}
}

/* ---- adding ---------------------------------------------------------------- */

async function add(page) {
	let count = 0;
	const values = await confirm({
		title: 'suppressions.add',
		fields: [
			{name: 'addresses', key: 'suppressions.addresses', type: 'textarea',
				required: true, rows: 6, hint: 'suppressions.addresses_hint'},
			{name: 'reason', key: 'suppressions.reason', type: 'select', choices: [
				['BOUNCE', 'suppressions.bounce'],
				['COMPLAINT', 'suppressions.complaint']]},
		],
		submit: 'suppressions.add',
		action: async ({addresses, reason}) => {
			count = await addAll(addresses, reason);
		},
	});
	if (values !== null) {
		toast(text('suppressions.added', {count}), 'good');
		await page.reload();
	}
}

/* One call for each; adding again changes nothing, so that people may press the
 * button again after mending one. */
async function addAll(words, reason) {
	const addresses = [...new Set(words.split(/[\s,;]+/).filter(Boolean))];
	if (addresses.length > ADDED_MOST)
		throw formError('addresses',
			text('suppressions.too_many', {most: ADDED_MOST}));
	for (const address of addresses) {
		try {
			await call('PUT', '/v2/email/suppression/addresses',
				{body: {EmailAddress: address, Reason: reason}});
		} catch (error) {
			throw formError('addresses', `${address}: ${error.message}`);
		}
	}
	return addresses.length;
}

async function exportThem(view) {
	const {Address, Reason} = view.query;
	const filter = Object.fromEntries(Object.entries({Address, Reason})
		.filter(([, value]) => value));
	await call('POST', '/sendward/exports',
		{body: {Kind: 'SUPPRESSIONS', Filter: filter}});
	view.go('/console/exports');
}

/* ---- what comes onto the list by itself ------------------------------------------ */

async function automatic(view) {
	const account = await call('GET', '/v2/email/account', {signal: view.signal});
	const reasons = account.SuppressionAttributes?.SuppressedReasons ?? [];
	if (view.isViewing)
		return card('suppressions.automatic', h('p', {class: 'row'},
			reasons.length === 0 ? text('suppressions.automatic_none') :
				reasons.map(one => badge('good', text(REASONS[one][1])))));
	return card('suppressions.automatic',
		h('p', {class: 'quiet'}, text('suppressions.automatic_text')),
		form({
			fields: [
				{name: 'BOUNCE', key: 'suppressions.automatic_bounce',
					type: 'checkbox', value: reasons.includes('BOUNCE')},
				{name: 'COMPLAINT', key: 'suppressions.automatic_complaint',
					type: 'checkbox', value: reasons.includes('COMPLAINT')},
			],
			submit: 'mail.save',
			action: async values => {
				await call('PUT', '/v2/email/account/suppression', {body: {
					SuppressedReasons: Object.keys(values)
						.filter(one => values[one])}});
				toast('mail.saved', 'good');
			},
		}));
}
