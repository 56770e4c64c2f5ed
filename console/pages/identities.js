// The domains and addresses that an account may send from.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {form} from '../form.js';
import {list} from '../list.js';
import {badge, button, dialog, heading} from '../parts.js';

export const title = 'identities.title';

const MOST = 50;
/* The API has no filters: with one, its largest pages are looked through. */
const LARGEST = 1000;
const STATUS = {SUCCESS: 'good', PENDING: 'quiet', TEMPORARY_FAILURE: 'warn',
	FAILED: 'bad', NOT_STARTED: 'quiet'};

/** A verification's state. */
export function statusBadge(status) {
	return badge(STATUS[status] ?? 'quiet', text(`identities.status.${status}`));
}

export function identityPath(name) {
	return `/console/identities/${encodeURIComponent(name)}`;
}

export async function show(view) {
	const make = () => button('identities.create', () => create(view),
		{kind: 'primary', icon: 'plus'});
	const identities = list(view, {
		label: 'identities.title',
		load,
		columns: [
			{key: 'identities.name', cell: row => row.IdentityName},
			{key: 'identities.type', cell: row =>
				text(`identities.type.${row.IdentityType}`)},
			{key: 'identities.state', cell: row =>
				statusBadge(row.VerificationStatus)},
			{key: 'identities.sends', cell: row => row.SendingEnabled ?
				text('identities.may') : h('span', {class: 'quiet'},
					text('identities.may_not'))},
		],
		filters: [
			{name: 'Name', key: 'identities.search', type: 'search'},
			{name: 'Type', key: 'identities.type', choices: [
				['', 'identities.all_types'], ['DOMAIN', 'identities.type.DOMAIN'],
				['EMAIL_ADDRESS', 'identities.type.EMAIL_ADDRESS']]},
			{name: 'Status', key: 'identities.state', choices: [
				['', 'identities.all_states'],
				['SUCCESS', 'identities.status.SUCCESS'],
				['PENDING', 'identities.status.PENDING'],
				['TEMPORARY_FAILURE', 'identities.status.TEMPORARY_FAILURE'],
				['FAILED', 'identities.status.FAILED']]},
		],
		id: row => row.IdentityName,
		link: row => identityPath(row.IdentityName),
		live: 10000,
		empty: {text: 'identities.empty', action: !view.isViewing && make()},
		none: 'identities.none',
	});
	replace(view.root, heading(1, text(title), !view.isViewing && make()),
		h('p', {class: 'lead'}, text('identities.lead')), identities.element);
}

async function load(query, token, signal) {
	const isFiltered = Object.values(query).some(Boolean);
	const rows = [];
	let next = token;
	do {
		const answer = await call('GET', '/v2/email/identities', {signal,
			query: {PageSize: isFiltered ? LARGEST : MOST, NextToken: next}});
		rows.push(...answer.EmailIdentities.filter(row => fits(row, query)));
		next = answer.NextToken;
	} while (isFiltered && next && rows.length < MOST);
	return {rows, next};
}

function fits(row, {Name = '', Type, Status}) {
	return row.IdentityName.includes(Name.toLowerCase()) &&
		(!Type || row.IdentityType === Type) &&
		(!Status || row.VerificationStatus === Status);
}

/* ---- creating ------------------------------------------------------------------ */

function create(view) {
	const said = h('p', {class: 'hint', 'aria-live': 'polite'},
		text('identities.detect'));
	const fill = form({
		fields: [
			{name: 'EmailIdentity', key: 'identities.new_name', type: 'text',
				required: true, most: 320, placeholder: 'example.com',
				pattern: /(?:[^\s@]+@)?[^\s@.]+(?:\.[^\s@.]+)+\.?/,
				wrong: 'identities.name_wrong'},
			{name: 'Keys', key: 'identities.keys', type: 'select', choices: [
				['', 'identities.keys_made'], ['RSA_1024_BIT', 'identities.keys_1024'],
				['OWN', 'identities.keys_own']], hint: 'identities.keys_hint'},
			{name: 'DomainSigningSelector', key: 'identities.selector',
				type: 'text', bare: true, most: 63, hint: 'identities.selector_hint',
				check: (value, {Keys}) => Keys === 'OWN' && !value &&
					text('form.required')},
			{name: 'DomainSigningPrivateKey', key: 'identities.private_key',
				type: 'textarea', bare: true, hint: 'identities.private_key_hint',
				check: (value, {Keys}) => Keys === 'OWN' && !value &&
					text('form.required')},
		],
		submit: 'identities.create',
		action: async values => {
			await call('POST', '/v2/email/identities', {body: wish(values)});
			open.close();
			view.go(identityPath(values.EmailIdentity.toLowerCase()
				.replace(/\.$/, '')));
		},
	});
	const open = dialog({title: 'identities.create',
		body: [h('p', null, text('identities.create_body')), fill]});
	const at = name => fill.querySelector(`[name=${name}]`);
	const arrange = () => {
		const name = at('EmailIdentity').value.trim();
		const isDomain = name !== '' && !name.includes('@');
		const isOwn = isDomain && at('Keys').value === 'OWN';
		replace(said, text(name === '' ? 'identities.detect' : isDomain ?
			'identities.is_domain' : 'identities.is_address'));
		place(at('Keys')).hidden = !isDomain;
		place(at('DomainSigningSelector')).hidden = !isOwn;
		place(at('DomainSigningPrivateKey')).hidden = !isOwn;
	};
	place(at('EmailIdentity')).after(said);
	fill.addEventListener('input', arrange);
	arrange();
	at('EmailIdentity').focus();
}

function place(input) {
	return input.closest('.field');
}

function wish({EmailIdentity, Keys, ...own}) {
	const body = {EmailIdentity};
	if (EmailIdentity.includes('@'))
		return body;
	if (Keys === 'OWN')
		body.DkimSigningAttributes = {
			DomainSigningSelector: own.DomainSigningSelector,
			DomainSigningPrivateKey: bareKey(own.DomainSigningPrivateKey)};
	else if (Keys)
		body.DkimSigningAttributes = {NextSigningKeyLength: Keys};
	return body;
}

/** A private key as the API takes it: PEM without its lines. */
export function bareKey(pem) {
	return pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, '');
}
