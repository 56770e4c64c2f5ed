// One identity: what to publish, whether it is there, how its mail leaves. While
// something is awaited the page looks by itself.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {poll} from '../live.js';
import {button, card, confirm, copy, details, heading, icon, link, notice,
	segments, time, toast} from '../parts.js';
import {statusBadge} from './identities.js';
import {ADVICE, hint, recordsTable, zoneFile} from './records.js';
import {settings} from './identity-settings.js';
import {slot} from './keep.js';
import {steps} from './steps.js';

export const title = 'identity.title';

const LOOK_EVERY_MSEC = 10000;
const QUIET_EVERY_MSEC = 30000;
/* ops sends no two letters within it */
const RESEND_SEC = 60;

export async function show(view) {
	const page = {view, name: view.params.name, relative: false, check: null,
		looked: 0, slots: [],
		change: (...what) => change(page, ...what)};
	await refresh(page);
	build(page);
	follow(page);
}

function path(page, rest = '') {
	return `/v2/email/identities/${encodeURIComponent(page.name)}${rest}`;
}

function own(page, rest) {
	return `/sendward/identities/${encodeURIComponent(page.name)}/${rest}`;
}

async function refresh(page) {
	const {signal} = page.view;
	const [identity, records] = await Promise.all([
		call('GET', path(page), {signal}),
		call('GET', own(page, 'records'), {signal})]);
	page.identity = identity;
	page.records = records.Records ?? [];
	page.isDomain = identity.IdentityType === 'DOMAIN';
	page.slots.forEach(one => one());
}

/** Does something, then shows what it has become. */
async function change(page, method, rest, body, said) {
	await call(method, path(page, rest), {body});
	await refresh(page);
	if (said)
		toast(said, 'good');
	page.poll.now();
}

/* ---- the page --------------------------------------------------------------------- */

function build(page) {
	const {view} = page;
	const status = slot(one => statusBadge(one), {class: 'title-badge'});
	const way = slot(all => steps(all));
	const parts = page.isDomain ? domainParts(page) : addressParts(page);
	page.slots.push(() => status.set(page.identity.VerificationStatus),
		() => way.set(page.isDomain ? domainSteps(page) : addressSteps(page)),
		...parts.slots);
	page.slots.forEach(one => one());
	replace(view.root,
		h('p', {class: 'back'}, link('identities', null, icon('back'),
			text('identity.back'))),
		heading(1, [page.name], status.element, !view.isViewing &&
			button('identity.delete', () => remove(page), {kind: 'danger'})),
		card(null, way.element), parts.elements,
		h('div', {class: 'grid two stretch settings'}, settings(page)));
}

function state(isDone, isNow) {
	return isDone ? 'done' : isNow ? 'now' : 'later';
}

const PROOFS = ['DKIM', 'IDENTITY'];
const WRONG = ['DIFFERENT', 'ELSEWHERE'];

function domainSteps({identity, check, records}) {
	const isReady = identity.VerifiedForSendingStatus === true;
	const isFailed = identity.VerificationStatus === 'FAILED';
	const proofs = check?.Findings?.filter(one => PROOFS.includes(one.For)) ?? [];
	const isThere = isReady || proofs.some(one => one.Result === 'FOUND');
	const isWrong = proofs.some(one => WRONG.includes(one.Result));
	const many = records.filter(one => one.Required).length;
	return [
		{state: state(isThere, true), title: text('identity.step_publish'),
			body: !isThere && text(isWrong ? 'identity.step_publish_wrong' :
				'identity.step_publish_text', {count: many})},
		{state: state(isReady, isThere), title: text('identity.step_check'),
			body: !isReady && text(isFailed ? 'identity.step_check_failed' :
				'identity.step_check_text')},
		{state: state(isReady, false), title: text('identity.step_ready'),
			body: isReady && text('identity.step_ready_text')}];
}

function addressSteps({identity}) {
	const isReady = identity.VerificationStatus === 'SUCCESS';
	return [
		{state: 'done', title: text('identity.step_letter')},
		{state: state(isReady, true), title: text('identity.step_link'),
			body: !isReady && text('identity.step_link_text')},
		{state: state(isReady, false), title: text('identity.step_ready'),
			body: isReady && text('identity.step_ready_address')}];
}

/* ---- domains: records ------------------------------------------------------------------ */

function domainParts(page) {
	const shown = slot(() => tables(page), {class: 'record-groups'});
	const looked = slot(() => lookedAt(page), {class: 'looked',
		'aria-live': 'polite'});
	const advised = slot(() => advice(page));
	const zone = slot(() => zoneText(page));
	const names = segments({label: text('records.names'), value: 'full', choices: [
		['full', text('records.names_full')],
		['short', text('records.names_short')]], change: one => {
		page.relative = one === 'short';
		page.slots.forEach(each => each());
	}});
	const facts = () => [page.records, page.check?.Findings, page.relative];
	return {
		slots: [() => shown.set(facts()), () => zone.set(page.records),
			() => looked.set([page.looked, page.isLooking, page.lookFailed,
				page.identity.VerificationInfo]),
			() => advised.set(page.check?.Findings)],
		elements: [
			card(heading(2, text('identity.records'), names,
				!page.view.isViewing && button('identity.check', () =>
					look(page, true), {kind: 'primary'})),
			looked.element, shown.element,
			details('identity.zone', zone.element)),
			advised.element]};
}

function tables(page) {
	const {records, check, name, relative} = page;
	const all = {findings: check?.Findings, domain: name, relative};
	const groups = [['DKIM', 'IDENTITY'], ['MAIL_FROM'], ['SPF', 'DMARC']];
	return groups.map(group => {
		const mine = records.filter(one => group.includes(one.For))
			.sort((a, b) => Number(b.Required) - Number(a.Required));
		const key = `identity.group.${group[0]}`;
		return mine.length > 0 && h('section', {class: 'stack'}, h('h3', null, text(key)),
			h('p', {class: 'hint'}, text(`${key}_text`, {count: mine.length})),
			recordsTable({...all, records: mine, label: text(key)}));
	});
}

function lookedAt({view, identity, looked, isLooking, lookFailed}) {
	const at = looked || identity.VerificationInfo?.LastCheckedTimestamp;
	if (lookFailed)
		return notice('warn', '', h('p', null, lookFailed));
	return h('p', {class: 'quiet'}, isLooking ? text('identity.looking') : at ?
		[text('identity.looked'), ' ', time(at)] : text('identity.not_looked'),
	!isLooking && !view.isViewing && isAwaited({identity}) && [' ', text('identity.looks_again')]);
}

function zoneText({records}) {
	const words = zoneFile(records.filter(one => !ADVICE.includes(one.For)));
	return h('div', {class: 'block'}, h('div', {class: 'block-head'},
		h('p', null, text('identity.zone_text')), copy(words)),
	h('pre', {tabindex: 0, 'aria-label': text('identity.zone')}, words));
}

function advice({check}) {
	const findings = check?.Findings?.filter(one => ADVICE.includes(one.For)) ?? [];
	return findings.length > 0 && card('identity.advice',
		findings.map(one => notice(one.Result === 'FOUND' ? 'good' :
			one.Result === 'NOT_NEEDED' ? 'quiet' : 'warn',
		text(`identity.advice.${one.For}`), hint(one),
		one.Result !== 'FOUND' && one.Result !== 'NOT_NEEDED' && one.Wanted &&
			h('div', {class: 'copyable'}, h('code', null, one.Wanted),
				copy(one.Wanted)))));
}

/* ---- addresses: the letter --------------------------------------------------------------- */

function addressParts(page) {
	const letter = slot(() => letterText(page));
	const again = slot(isOpen => isOpen && !page.view.isViewing &&
		h('div', {class: 'actions'}, button('identity.resend', () => resend(page))));
	const isOpen = () => page.identity.VerificationStatus !== 'SUCCESS';
	return {
		slots: [() => letter.set([isOpen(), page.check?.Link]),
			() => again.set(isOpen())],
		elements: [card('identity.letter', letter.element, again.element)]};
}

function letterText({identity, check, name}) {
	if (identity.VerificationStatus === 'SUCCESS')
		return h('p', null, text('identity.letter_done', {name}));
	const {SentTimestamp, ExpiresTimestamp} = check?.Link ?? {};
	if (!SentTimestamp)
		return h('p', null, text('identity.letter_open', {name}));
	const isOver = ExpiresTimestamp < Date.now() / 1000;
	return [h('p', null, text('identity.letter_sent', {name}), ' ',
		time(SentTimestamp), '.'),
	isOver ? notice('warn', '', text('identity.letter_over')) :
		h('p', null, text('identity.letter_good'), ' ', time(ExpiresTimestamp), '.'),
	h('p', {class: 'hint'}, text('identity.letter_hint'))];
}

async function resend(page) {
	const sent = page.check?.Link?.SentTimestamp ?? 0;
	if (Date.now() / 1000 - sent < RESEND_SEC) {
		toast(text('identity.resend_soon'), 'warn');
		return;
	}
	await call('POST', own(page, 'restart'));
	await look(page, false);
	await refresh(page);
	toast(text('identity.resent', {name: page.name}), 'good');
}

/* ---- looking ---------------------------------------------------------------------------- */

/* Is DNS, or a click, still awaited? */
function isAwaited({identity}) {
	const states = [identity.VerificationStatus, identity.DkimAttributes?.Status,
		identity.MailFromAttributes?.MailFromDomainStatus];
	return states.some(one => one === 'PENDING' || one === 'TEMPORARY_FAILURE') ||
		(identity.VerificationStatus === 'FAILED');
}

/* A viewing operator may not look: what others found is told all the same. */
function follow(page) {
	const {view} = page;
	let turns = 0;
	page.poll = poll(view, LOOK_EVERY_MSEC, async () => {
		turns += 1;
		if (!view.isViewing && (turns === 1 || isAwaited(page)))
			await look(page, false);
		else if (turns % (QUIET_EVERY_MSEC / LOOK_EVERY_MSEC) !== 0)
			return;
		await refresh(page);
	});
}

async function look(page, isAsked) {
	page.isLooking = true;
	page.slots.forEach(one => one());
	try {
		page.check = await call('POST', own(page, 'check'),
			{signal: page.view.signal});
		page.looked = Math.floor(Date.now() / 1000);
		page.lookFailed = unanswered(page.check);
	} catch (error) {
		/* somebody has just looked: what was found stays */
		if (error.code !== 'TooManyRequestsException')
			throw error;
		if (isAsked)
			toast(error.message);
	} finally {
		page.isLooking = false;
	}
	if (isAsked)
		await refresh(page);
	page.slots.forEach(one => one());
}

function unanswered({Findings = []}) {
	return Findings.length > 0 && Findings.every(one =>
		one.Result === 'NO_ANSWER' || one.Result === 'NOT_NEEDED') &&
		Findings.some(one => one.Result === 'NO_ANSWER') &&
		text('identity.no_answer');
}

/* ---- deleting ------------------------------------------------------------------------------ */

async function remove(page) {
	const answer = await confirm({title: text('identity.delete_title',
		{name: page.name}), body: text(page.isDomain ? 'identity.delete_domain' :
		'identity.delete_address'), submit: 'identity.delete', danger: true,
	action: () => call('DELETE', path(page))});
	if (answer === null)
		return;
	toast(text('identity.deleted', {name: page.name}));
	page.view.go('/console/identities');
}
