/* One account, as the operator knows it: state, limits, people, and what can be done
 * about it. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {form} from '../form.js';
import {poll} from '../live.js';
import {button, card, confirm, facts, heading, icon, link, notice, number, time,
	toast}
	from '../parts.js';
import {rate, riskCell} from './accounts.js';
import {stateBadge, viewPath} from './operator.js';

export const title = 'account.title';

function path(name, more = '') {
	return '/sendward/operator/accounts/' + encodeURIComponent(name) + more;
}

async function pause(page) {
	const done = await confirm({
		title: text('account.pause_title', {name: page.name}),
		body: text('account.pause_body'),
		submit: text('account.pause'),
		danger: true,
		fields: [{name: 'Reason', key: 'account.reason', type: 'text',
			required: true, most: 160, hint: 'account.pause_hint',
			pattern: '[ -~]*', wrong: 'account.reason_wrong'}],
		action: values => call('POST', path(page.name, '/pause'),
			{body: {Reason: values.Reason}}),
	});

	if (done) {
		toast(text('account.is_paused', {name: page.name}));
		await page.load();
	}
}

async function resume(page) {
	const done = await confirm({
		title: text('account.resume_title', {name: page.name}),
		body: text('account.resume_body'),
		submit: text('account.resume'),
		fields: [
			{name: 'Reason', key: 'account.reason', type: 'text',
				required: true, most: 250, hint: 'account.log_hint'},
			{name: 'FreshStart', key: 'account.fresh_start',
				type: 'checkbox', hint: 'account.fresh_start_hint'},
		],
		action: values => call('DELETE', path(page.name, '/pause'), {
			query: {Reason: values.Reason,
				FreshStart: values.FreshStart ? 'true' : 'false'},
		}),
	});

	if (done) {
		toast(text('account.is_resumed', {name: page.name}));
		await page.load();
	}
}

async function release(page, throttle) {
	const done = await confirm({
		title: text('account.release_title'),
		body: throttle.Reason,
		submit: text('account.release'),
		fields: [{name: 'Reason', key: 'account.reason', type: 'text',
			required: true, most: 250, hint: 'account.log_hint'}],
		action: values => call('DELETE', path(page.name, '/throttles/' +
			encodeURIComponent(throttle.ThrottleId)),
		{query: {Reason: values.Reason}}),
	});

	if (done)
		await page.load();
}

function stateCard(account) {
	return card(text('account.state'),
		account.Paused && notice('bad',
			text('account.paused_by.' + (account.PausedBy || 'OPERATOR')),
			h('p', {}, account.PauseReason || '')),
		facts([
			[text('accounts.state'), stateBadge(account)],
			[text('accounts.risk'), riskCell(account)],
			[text('accounts.bounces'), rate(account.BounceRate)],
			[text('accounts.complaints'), rate(account.ComplaintRate)],
			[text('account.volume'), number(account.Volume || 0)],
			[text('accounts.used'), number(account.Used24Hour)],
			[text('account.created'), time(account.CreatedTimestamp)],
		]));
}

function listOf(names, none) {
	return names && names.length
		? h('ul', {class: 'plain'}, names.map(name => h('li', {}, name)))
		: h('p', {class: 'quiet'}, text(none));
}

function peopleCard(account) {
	const details = account.Details || {};

	return card(text('account.people'),
		facts([
			[text('accounts.contact'), account.Contact ||
				text('account.no_contact')],
			[text('account.website'), details.WebsiteUrl],
			[text('account.mail_type'), details.MailType &&
				text(`production.type.${details.MailType}`)],
			[text('account.use_case'), details.UseCaseDescription &&
				h('div', {class: 'as-written'}, details.UseCaseDescription)],
		]),
		h('h3', {}, text('account.users')),
		listOf(account.Users, 'account.no_users'),
		h('p', {}, link('/console/operator/users',
			{AccountName: account.AccountName}, text('account.users_link'))),
		h('h3', {}, text('account.logins')),
		listOf(account.Logins, 'account.no_logins'));
}

function throttlesCard(page, account) {
	const rows = account.Throttles || [];

	return rows.length > 0 && card(text('account.throttles'),
		h('p', {class: 'hint'}, text('account.throttles_text')),
		h('ul', {class: 'rows'}, rows.map(row => h('li', {},
			h('code', {}, row.Subject || row.Scope),
			h('div', {class: 'row'}, h('span', {}, row.Reason),
				h('span', {class: 'quiet'}, time(row.Timestamp)),
				h('span', {class: 'spacer'}),
				button(text('account.release'),
					() => release(page, row)))))));
}

/* The server's pools and the account's own, and in any case the present one. */
function poolChoices({AccountName, Pool}, pools) {
	const names = pools
		.filter(pool => !pool.AccountName || pool.AccountName === AccountName)
		.map(pool => pool.PoolName);

	return [['', text('account.no_pool')], ...new Set(
		Pool ? [Pool, ...names] : names)].map(one =>
		Array.isArray(one) ? one : [one, one]);
}

/* Only what was changed is sent. */
function limitsForm(page, account, pools) {
	const before = {
		Production: String(account.Production),
		Max24Hour: String(account.Max24Hour),
		MaxSendRate: String(account.MaxSendRate ?? ''),
		Policy: account.Policy,
		Pool: account.Pool || '',
		Contact: account.Contact || '',
	};
	const numbers = ['Max24Hour', 'MaxSendRate'];

	return form({
		fields: [
			{name: 'Production', key: 'account.production',
				type: 'checkbox', value: account.Production,
				hint: 'account.production_hint'},
			{name: 'Max24Hour', key: 'account.max24_hour', type: 'number',
				value: before.Max24Hour, required: true, least: -1, hint: 'account.max24_hour_hint'},
			{name: 'MaxSendRate', key: 'account.max_send_rate',
				type: 'number', value: before.MaxSendRate, required: true, least: 0.001,
				most: 1000000,
				hint: 'account.max_send_rate_hint'},
			{name: 'Policy', key: 'account.policy', type: 'select',
				value: before.Policy, hint: 'account.policy_hint', choices: [
					['standard', 'account.policy.standard'],
					['strict', 'account.policy.strict'],
					['none', 'account.policy.none'],
				]},
			{name: 'Pool', key: 'account.pool', type: 'select',
				value: before.Pool, choices: poolChoices(account, pools)},
			{name: 'Contact', key: 'accounts.contact', type: 'email',
				value: before.Contact},
		],
		submit: 'account.save',
		action: async values => {
			const body = {};

			for (const [name, value] of Object.entries(values)) {
				if (String(value) !== before[name]) {
					body[name] = numbers.includes(name)
						? Number(value) : value;
				}
			}
			if (Object.keys(body).length > 0)
				await call('PUT', path(page.name), {body});
			for (const [name, value] of Object.entries(body))
				before[name] = String(value);
			toast(text('account.saved'));
			await page.load();
		},
	});
}

/* What stands above the limits; the limits themselves are somebody's, who may be
 * typing. */
function draw(page, places, account) {
	const hadFocus = places.head.contains(document.activeElement);

	replace(places.head,
		link(viewPath(page.name), {}, text('account.view')),
		account.Paused
			? button(text('account.resume'), () => resume(page))
			: button(text('account.pause'), () => pause(page),
				{kind: 'danger'}));
	if (hadFocus)
		places.head.querySelector('button').focus();
	replace(places.cards, stateCard(account), throttlesCard(page, account),
		peopleCard(account));
}

export async function show(view) {
	const name = view.params.name;
	const places = {
		head: h('div', {class: 'row'}),
		cards: h('div', {class: 'grid two'}),
		limits: h('div', {}),
	};
	let before = '';
	const page = {name, load: async () => {
		const account = await call('GET', path(name), {signal: view.signal});
		const now = JSON.stringify(account);

		if (now !== before)
			draw(page, places, account);
		before = now;
		return account;
	}};
	const [account, {Pools}] = await Promise.all([page.load(),
		call('GET', '/sendward/operator/pools',
			{query: {PageSize: 100}, signal: view.signal})]);

	replace(places.limits, card(text('account.limits'),
		limitsForm(page, account, Pools)));
	replace(view.root, h('p', {class: 'back'}, link('/console/operator/accounts',
		{}, icon('back'), text('account.back'))),
	heading(1, name, places.head), places.cards,
		places.limits);
	poll(view, 10000, page.load);
}
