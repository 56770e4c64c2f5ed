// Credentials of programs: made, shown once, disabled, deleted; and the settings
// with which each program uses them.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {list} from '../list.js';
import {options} from '../form.js';
import {badge, button, card, confirm, copy, dialog, heading, notice, secret,
	time, toast} from '../parts.js';
import {CLIENTS, linesOf, usesApi} from './clients.js';

export const title = 'credentials.title';

const PERMISSIONS = ['ALL', 'SEND', 'READ'];

export async function show(view) {
	const endpoints = await call('GET', '/sendward/endpoints',
		{signal: view.signal});
	const page = {view, endpoints, made: null};
	const make = () => button('credentials.create', () => create(page),
		{kind: 'primary', icon: 'plus'});
	page.settings = settings(page);
	page.list = list(view, {
		label: 'credentials.title',
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/credentials',
				{query: {...query, NextToken: token}, signal});
			return {rows: answer.Credentials, next: answer.NextToken};
		},
		columns: [
			{key: 'credentials.id', cell: row =>
				h('code', null, row.AccessKeyId)},
			{key: 'credentials.permission', cell: row =>
				text(`credentials.permission.${row.Permission}`)},
			{key: 'credentials.state', cell: row => row.Enabled ?
				badge('good', text('credentials.enabled')) :
				badge('quiet', text('credentials.disabled'))},
			{key: 'credentials.created', cell: row => time(row.CreatedTimestamp)},
			!view.isViewing && {key: 'credentials.actions', class: 'narrow',
				cell: row => rowActions(page, row)},
		].filter(Boolean),
		id: row => row.AccessKeyId,
		empty: {text: 'credentials.empty', action: !view.isViewing && make()},
	});
	replace(view.root, heading(1, text(title), !view.isViewing && make()),
		h('p', {class: 'lead'}, text('credentials.lead')),
		page.list.element, page.settings.element);
}

function rowPath(row) {
	return `/sendward/credentials/${encodeURIComponent(row.AccessKeyId)}`;
}

function rowActions(page, row) {
	const named = words => text('credentials.act', {act: text(words),
		id: row.AccessKeyId});
	const one = (words, action) =>
		button(words, action, {kind: 'quiet', label: named(words)});
	return h('div', {class: 'actions'},
		one('credentials.change', () => permit(page, row)),
		row.Enabled ? one('credentials.disable', () => disable(page, row)) :
			one('credentials.enable', () => set(page, row, {Enabled: true})),
		one('credentials.delete', () => remove(page, row)));
}

async function set(page, row, body) {
	await call('PUT', rowPath(row), {body});
	await page.list.reload();
}

async function permit(page, row) {
	await confirm({title: text('credentials.change_title', {id: row.AccessKeyId}),
		submit: 'credentials.change', fields: [permissionField(row.Permission)],
		action: values => set(page, row, values)});
}

async function disable(page, row) {
	await confirm({title: text('credentials.disable_title',
		{id: row.AccessKeyId}), body: 'credentials.disable_text',
	submit: 'credentials.disable', danger: true,
	action: () => set(page, row, {Enabled: false})});
}

async function remove(page, row) {
	await confirm({title: text('credentials.delete_title', {id: row.AccessKeyId}),
		body: 'credentials.delete_text', submit: 'credentials.delete', danger: true,
		action: async () => {
			await call('DELETE', rowPath(row));
			toast(text('credentials.deleted'));
			await page.list.reload();
		}});
}

function permissionField(value = 'ALL') {
	return {name: 'Permission', key: 'credentials.permission', type: 'select', value,
		choices: PERMISSIONS.map(one => [one, `credentials.permission_long.${one}`])};
}

/* ---- a new one --------------------------------------------------------------------- */

async function create(page) {
	let made = null;
	await confirm({title: 'credentials.create', body: 'credentials.create_text',
		submit: 'credentials.create', fields: [permissionField()],
		action: async values => {
			made = await call('POST', '/sendward/credentials', {body: values});
		}});
	if (made === null)
		return;
	page.made = made;
	page.settings.show();
	page.list.reload().catch(() => {});
	showMade(page, made);
}

function showMade(page, made) {
	const {AccessKeyId, SecretAccessKey, SmtpUserName, SmtpPassword} = made;
	const open = dialog({title: 'credentials.made', body: [
		notice('warn', '', text('credentials.made_text')),
		h('h3', null, text('credentials.for_smtp')),
		named('credentials.smtp_user', SmtpUserName),
		secret(SmtpPassword, 'credentials.smtp_password'),
		h('h3', null, text('credentials.for_api')),
		named('credentials.id', AccessKeyId),
		secret(SecretAccessKey, 'credentials.secret'),
		h('div', {class: 'actions'}, download(page, made),
			button('credentials.to_settings', () => {
				open.close();
				page.settings.element.scrollIntoView({block: 'start'});
				page.settings.focus();
			}, {kind: 'primary'}))]});
}

function named(words, value) {
	return h('div', {class: 'stack named'}, h('div', {class: 'secret-name'}, text(words)),
		h('div', {class: 'copyable'}, h('code', null, value), copy(value)));
}

/* The columns that Amazon's console writes, and the address. */
function download(page, made) {
	const {ApiUrl, Region, SmtpHost} = page.endpoints;
	const rows = [['Access key ID', 'Secret access key', 'SMTP user name',
		'SMTP password', 'SMTP host', 'API endpoint', 'Region'],
	[made.AccessKeyId, made.SecretAccessKey, made.SmtpUserName, made.SmtpPassword,
		SmtpHost, ApiUrl, Region]];
	const csv = rows.map(row => row.map(one =>
		`"${String(one ?? '').replace(/"/g, '""')}"`).join(',')).join('\r\n');
	const url = URL.createObjectURL(new Blob([csv, '\r\n'], {type: 'text/csv'}));
	page.view.signal.addEventListener('abort', () => URL.revokeObjectURL(url));
	return h('a', {class: 'button', href: url,
		download: `sendward-${made.AccessKeyId}.csv`}, text('credentials.download'));
}

/* ---- settings of programs ------------------------------------------------------------ */

function settings(page) {
	const {view, endpoints} = page;
	const ports = endpoints.SmtpPorts ?? [];
	const known = name => CLIENTS.includes(name) ? name : CLIENTS[0];
	const client = h('select', {id: 'client', value: known(view.query.Client), on: {
		change: () => {
			view.setQuery({Client: client.value === CLIENTS[0] ? null :
				client.value});
			shown();
		}}}, options(CLIENTS.map(one => [one, `credentials.client.${one}`])));
	const port = h('select', {id: 'port', on: {change: () => shown()}},
		options(ports.map(({Port, Tls}) => [String(Port), text(
			`credentials.port.${Tls}`, {port: String(Port)})])));
	const portField = field('port', 'credentials.port', port);
	const body = h('div', {class: 'stack'});
	client.value = known(view.query.Client);
	const shown = () => {
		portField.hidden = usesApi(client.value);
		replace(body, blocks(page, client.value,
			ports.find(one => String(one.Port) === port.value) ?? ports[0]));
	};
	view.onQuery(() => {
		client.value = known(view.query.Client);
		shown();
	});
	shown();
	return {show: shown, focus: () => client.focus({preventScroll: true}),
		element: card('credentials.settings',
			h('p', {class: 'quiet'}, text('credentials.settings_text')),
			h('div', {class: 'filters client-fields'}, field('client', 'credentials.client', client),
				portField), body)};
}

function field(id, words, input) {
	return h('div', {class: 'filter'}, h('label', {for: id}, text(words)), input);
}

function blocks({endpoints, made}, client, port) {
	const facts = {host: endpoints.SmtpHost, port: port?.Port ?? 587,
		isTls: port?.Tls === 'TLS', url: endpoints.ApiUrl,
		region: endpoints.Region,
		user: made?.SmtpUserName ?? text('credentials.your_user'),
		password: made?.SmtpPassword ?? text('credentials.your_password'),
		id: made?.AccessKeyId ?? text('credentials.your_id'),
		secret: made?.SecretAccessKey ?? text('credentials.your_secret')};
	return [made && notice('warn', '', text('credentials.values_in_place')),
		linesOf(client, facts).map(([place, lines]) =>
			h('div', {class: 'block'}, h('div', {class: 'block-head'},
				h('span', {class: 'block-name'}, place), copy(lines)),
			h('pre', {tabindex: 0, 'aria-label': place}, lines)))];
}
