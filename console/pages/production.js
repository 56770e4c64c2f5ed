// Out of the sandbox: what changes, the request, and its answer.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {form} from '../form.js';
import {poll} from '../live.js';
import {card, facts, heading, notice, number, time,
	toast} from '../parts.js';
import {slot} from './keep.js';

export const title = 'production.title';

const EVERY_MSEC = 10000;
const CONTACTS_MOST = 4;

export async function show(view) {
	const page = {view, state: slot(told => state(page, told), {class: 'stack'})};
	const [, account] = await Promise.all([refresh(page),
		call('GET', '/v2/email/account', {signal: view.signal})]);
	page.details = account.Details ?? {};
	page.ask = slot(kind => request(page, kind), {class: 'stack'});
	arrange(page);
	replace(view.root, heading(1, text(title)), page.state.element,
		!page.overview.Production && changes(), page.ask.element);
	poll(view, EVERY_MSEC, async () => {
		await refresh(page);
		arrange(page);
	});
}

async function refresh(page) {
	page.overview = await call('GET', '/sendward/overview',
		{signal: page.view.signal});
	const {Production, Request, Quota} = page.overview;
	page.state.set({Production, Request, Quota: Production && {
		Max24Hour: Quota.Max24Hour, MaxSendRate: Quota.MaxSendRate}});
}

/* The form keeps what was written while nothing is decided. */
function arrange(page) {
	const {Production, Request} = page.overview;
	page.ask.set(Production ? '' : Request?.Status === 'PENDING' ? 'told' :
		page.view.isViewing ? '' : 'form');
}

/* ---- the state ---------------------------------------------------------------------- */

function state(page, {Production, Request, Quota}) {
	if (Production)
		return notice('good', text('production.granted'),
			h('p', null, text('production.granted_text')), facts([
				['production.quota', Quota.Max24Hour < 0 ?
					text('production.no_limit') : number(Quota.Max24Hour)],
				['production.rate', Quota.MaxSendRate < 0 ?
					text('production.no_limit') : number(Quota.MaxSendRate)]]));
	if (Request?.Status === 'PENDING')
		return notice('quiet', text('production.pending'),
			h('p', null, text('production.pending_text'), ' ',
				time(Request.CreatedTimestamp), '.'));
	if (Request?.Status === 'DENIED')
		return notice('warn', text('production.denied'),
			Request.Reason && h('blockquote', null, Request.Reason),
			h('p', null, text('production.denied_text'), ' ',
				time(Request.DecidedTimestamp), '.'));
	return notice('quiet', text('production.sandbox'),
		h('p', null, text('production.sandbox_text')));
}

function changes() {
	const rows = ['recipients', 'quota', 'stays'];
	return card('production.changes', h('ul', {class: 'plain-list'}, rows.map(one =>
		h('li', null, h('strong', null, text(`production.change_${one}`)), ' ',
			text(`production.change_${one}_text`)))));
}

/* ---- the request ---------------------------------------------------------------------- */

function request(page, kind) {
	if (kind === 'told')
		return card('production.told', told(page.details));
	return kind === 'form' && card('production.request', fill(page));
}

function told({MailType, WebsiteURL, UseCaseDescription,
	AdditionalContactEmailAddresses: contacts = []}) {
	return facts([
		['production.mail_type', MailType && text(`production.type.${MailType}`)],
		['production.website', WebsiteURL],
		['production.use_case', UseCaseDescription &&
			h('span', {class: 'as-written'}, UseCaseDescription)],
		['production.contacts', contacts.length > 0 && contacts.join(', ')]]);
}

function fill(page) {
	const {details} = page;
	return form({fields: [
		{name: 'MailType', key: 'production.mail_type', type: 'select',
			value: details.MailType ?? 'TRANSACTIONAL', choices: [
				['TRANSACTIONAL', 'production.type.TRANSACTIONAL'],
				['MARKETING', 'production.type.MARKETING']]},
		{name: 'WebsiteURL', key: 'production.website', type: 'text', required: true,
			most: 1000, value: details.WebsiteURL ?? '', inputmode: 'url',
			placeholder: 'https://example.com', pattern: /https?:\/\/\S+/i,
			wrong: 'production.website_wrong'},
		{name: 'UseCaseDescription', key: 'production.use_case', type: 'textarea',
			required: true, most: 5000, rows: 6, hint: 'production.use_case_hint',
			value: details.UseCaseDescription ?? ''},
		{name: 'Contacts', key: 'production.contacts', type: 'text',
			hint: 'production.contacts_hint', check: wrongContacts,
			value: (details.AdditionalContactEmailAddresses ?? []).join(', ')},
	], submit: 'production.submit', action: values => submit(page, values)});
}

function contactsOf(words) {
	return (words ?? '').split(/[\s,;]+/).filter(Boolean);
}

function wrongContacts(words) {
	const all = contactsOf(words);
	if (all.length > CONTACTS_MOST)
		return text('production.contacts_many', {count: CONTACTS_MOST});
	return all.some(one => !/^[^\s@]+@[^\s@]+$/.test(one)) &&
		text('form.email');
}

async function submit(page, {Contacts, ...values}) {
	const contacts = contactsOf(Contacts);
	const body = {...values, ProductionAccessEnabled: true,
		...contacts.length > 0 && {AdditionalContactEmailAddresses: contacts}};
	try {
		await call('POST', '/v2/email/account/details', {body});
	} catch (error) {
		/* somebody else of the account has just asked */
		if (error.code !== 'ConflictException')
			throw error;
	}
	const account = await call('GET', '/v2/email/account');
	page.details = account.Details ?? {};
	await refresh(page);
	arrange(page);
	toast(text('production.sent'), 'good');
}
