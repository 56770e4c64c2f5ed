// A message to try things with, and what becomes of it as it happens.
import {h, replace} from '../dom.js';
import {hasText, text} from '../strings.js';
import {call} from '../api.js';
import {form} from '../form.js';
import {poll} from '../live.js';
import {badge, card, code, heading, link, notice} from '../parts.js';
import {story} from './message-story.js';
import {slot} from './keep.js';

export const title = 'send.title';

const IDENTITIES_MOST = 1000;
/* feedback's mailboxes of the simulator */
const BOXES = ['success', 'bounce', 'complaint', 'ooto', 'suppressionlist'];
const EVERY_MSEC = 1000;
const FOLLOW_SEC = 600;
const OWN = 'own';

export async function show(view) {
	const {signal} = view;
	const [identities, endpoints, account] = await Promise.all([
		call('GET', '/v2/email/identities', {signal,
			query: {PageSize: IDENTITIES_MOST}}),
		call('GET', '/sendward/endpoints', {signal}),
		call('GET', '/v2/email/account', {signal})]);
	const senders = identities.EmailIdentities.filter(one => one.SendingEnabled);
	if (view.isViewing || senders.length === 0) {
		replace(view.root, heading(1, text(title)), view.isViewing ?
			notice('quiet', '', text('send.viewing')) : noSender(identities));
		return;
	}
	const page = {view, senders, simulator: endpoints.SimulatorDomain,
		isSandbox: account.ProductionAccessEnabled !== true,
		result: h('div', {class: 'stack', 'aria-live': 'polite'})};
	replace(view.root, heading(1, text(title)),
		h('p', {class: 'lead'}, text('send.lead')),
		page.isSandbox && notice('quiet', text('send.sandbox'),
			h('p', null, text(page.simulator ? 'send.sandbox_text' :
				'send.sandbox_text_alone'), ' ',
			link('production', null, text('send.production')))),
		h('div', {class: 'grid two'}, card('send.message', compose(page)),
			card('send.result', page.result)));
	replace(page.result, h('p', {class: 'quiet'}, text('send.nothing')));
}

function noSender({EmailIdentities}) {
	return h('div', {class: 'empty'}, h('p', null, text(EmailIdentities.length > 0 ?
		'send.none_verified' : 'send.no_identity')),
	link('identities', null, text('send.to_identities')));
}

/* ---- the message --------------------------------------------------------------------- */

function compose(page) {
	const {senders, simulator} = page;
	const recipients = [...simulator ? BOXES.map(box => [`${box}@${simulator}`,
		text('send.box', {address: `${box}@${simulator}`,
			what: text(`send.box.${box}`)})]) : [], [OWN, text('send.own')]];
	const fill = form({fields: [
		{name: 'Identity', key: 'send.identity', type: 'select',
			choices: senders.map(one => [one.IdentityName, one.IdentityName])},
		{name: 'Local', key: 'send.local', type: 'text', bare: true, value: 'test',
			most: 64, pattern: /[^\s@]+/, wrong: 'send.local_wrong',
			check: (value, {Identity}) => !Identity.includes('@') && !value &&
				text('form.required')},
		{name: 'To', key: 'send.to', type: 'select', choices: recipients},
		{name: 'Address', key: 'send.address', type: 'email', bare: true, most: 320,
			check: (value, {To}) => To === OWN && !value && text('form.required')},
		{name: 'Subject', key: 'send.subject', type: 'text', required: true,
			value: text('send.subject_preset'), most: 998},
		{name: 'Text', key: 'send.text', type: 'textarea', required: true,
			value: text('send.text_preset'), rows: 4},
		{name: 'Html', key: 'send.html', type: 'textarea', rows: 3},
	], submit: 'send.submit', action: values => send(page, values)});
	const arrange = () => {
		const at = name => fill.querySelector(`[name=${name}]`);
		at('Local').closest('.field').hidden = at('Identity').value.includes('@');
		at('Address').closest('.field').hidden = at('To').value !== OWN;
	};
	fill.addEventListener('input', arrange);
	arrange();
	return fill;
}

function body({Identity, Local, To, Address, Subject, Text, Html}) {
	const part = Data => ({Data, Charset: 'UTF-8'});
	return {
		FromEmailAddress: Identity.includes('@') ? Identity :
			`${Local}@${Identity}`,
		Destination: {ToAddresses: [To === OWN ? Address : To]},
		Content: {Simple: {Subject: part(Subject), Body: {Text: part(Text),
			...Html.trim() !== '' && {Html: part(Html)}}}}};
}

async function send(page, values) {
	page.poll?.stop();
	replace(page.result, h('p', null, text('send.sending')));
	try {
		const {MessageId} = await call('POST', '/v2/email/outbound-emails',
			{body: body(values), signal: page.view.signal});
		follow(page, MessageId);
	} catch (error) {
		if (error.name !== 'ApiError')
			throw error;
		replace(page.result, refused(error));
	}
}

/* ---- what became of it ------------------------------------------------------------------ */

function refused({code: name, message}) {
	const advice = /not verified/i.test(message) ? 'NotVerified' : name;
	const key = `send.error.${advice}`;
	const [path, words] = {
		NotVerified: ['identities', 'send.to_identities'],
		SendingPausedException: ['', 'send.to_dashboard'],
		AccountSuspendedException: ['', 'send.to_dashboard'],
		LimitExceededException: ['', 'send.to_dashboard'],
	}[advice] ?? [];
	return notice('bad', text('send.refused'), h('p', null, message),
		hasText(key) && h('p', null, text(key)),
		words && h('p', null, link(path, null, text(words))));
}

function follow(page, id) {
	const until = Date.now() / 1000 + FOLLOW_SEC;
	const state = slot(told => told, {class: 'stack'});
	const events = h('div');
	let known = '';
	replace(page.result, h('p', {class: 'row'},
		badge('good', text('send.accepted')), state.element),
	h('div', {class: 'named'}, h('p', {class: 'quiet'}, text('send.id')), code(id)),
	events, h('p', null, link(`messages/${encodeURIComponent(id)}`, null,
		text('send.whole'))));
	state.set(text('send.waiting'));
	page.poll = poll(page.view, EVERY_MSEC, async () => {
		const message = await ask(page, id);
		if (message && JSON.stringify(message) !== known) {
			known = JSON.stringify(message);
			replace(events, story(message));
		}
		const isOver = message && isDone(message);
		const isLate = Date.now() / 1000 > until;
		state.set(text(isOver ? 'send.done' : isLate ? 'send.late' :
			'send.waiting'));
		if (isOver || isLate)
			page.poll?.stop();
	});
}

/* It is there a moment after the answer. */
async function ask(page, id) {
	try {
		return await call('GET', `/sendward/messages/${encodeURIComponent(id)}`,
			{signal: page.view.signal});
	} catch (error) {
		if (error.code === 'NotFoundException')
			return null;
		throw error;
	}
}

/* Has its one recipient an end? A complaint follows its delivery. */
function isDone({Recipients = []}) {
	return Recipients.length > 0 && Recipients.every(one =>
		['BOUNCED', 'COMPLAINED', 'REJECTED'].includes(one.Outcome) ||
		(one.Outcome === 'DELIVERED' && !/^complaint[+@]|^ooto[+@]/.test(one.Address)));
}
