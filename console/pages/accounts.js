/* All accounts, the riskiest first. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {list} from '../list.js';
import {button, confirm, heading, number, percent, time} from '../parts.js';
import {accountPath, stateBadge} from './operator.js';

export const title = 'accounts.title';

export function rate(value) {
	return value === undefined
		? h('span', {class: 'quiet'}, text('accounts.no_rate'))
		: percent(value);
}

/* A risk of 1 is the line at which an account is paused; more is possible. */
export function riskCell(account) {
	const risk = account.Risk || 0;

	if (account.BounceRate === undefined && account.ComplaintRate === undefined)
		return h('span', {class: 'quiet'}, '–');
	const kind = risk >= 1 ? 'bad' : risk >= 0.5 ? 'warn' : 'good';

	return h('span', {class: 'risk risk-' + kind},
		h('meter', {min: 0, max: 1, low: 0.5, high: 0.99, optimum: 0,
			value: Math.min(risk, 1),
			'aria-label': text('accounts.risk')}),
		' ', percent(risk));
}

async function create(view) {
	const values = await confirm({
		title: text('accounts.create'),
		body: text('accounts.create_body'),
		submit: text('accounts.create'),
		fields: [
			{name: 'AccountName', key: 'accounts.name', type: 'text',
				required: true, most: 64, hint: 'accounts.name_hint'},
			{name: 'Contact', key: 'accounts.contact', type: 'email',
				hint: 'accounts.contact_hint'},
		],
		action: async given => {
			const body = {AccountName: given.AccountName};

			if (given.Contact)
				body.Contact = given.Contact;
			await call('POST', '/sendward/operator/accounts', {body});
		},
	});

	if (values)
		view.go(accountPath(values.AccountName));
}

export async function show(view) {
	const accounts = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/operator/accounts', {
				query: {...query, NextToken: token},
				signal,
			});
			return {rows: answer.Accounts, next: answer.NextToken};
		},
		columns: [
			{key: 'accounts.name', cell: row => row.AccountName,
				sort: 'NAME', ascending: true},
			{key: 'accounts.state', cell: stateBadge},
			{key: 'accounts.risk', cell: riskCell, sort: 'RISK', first: true},
			{key: 'accounts.bounces', cell: row => rate(row.BounceRate),
				number: true},
			{key: 'accounts.complaints',
				cell: row => rate(row.ComplaintRate), number: true},
			{key: 'accounts.used', cell: row => number(row.Used24Hour),
				number: true, sort: 'VOLUME'},
			{key: 'accounts.quota', cell: row => row.Max24Hour < 0
				? text('accounts.unlimited') : number(row.Max24Hour),
			number: true},
			{key: 'account.created', cell: row => time(row.CreatedTimestamp),
				sort: 'CREATED'},
		],
		filters: [
			{name: 'Name', key: 'accounts.search', type: 'search'},
			{name: 'State', key: 'accounts.state', choices: [
				['', 'accounts.all'], ['PAUSED', 'operator.state.paused'],
				['REVIEW', 'operator.state.review'],
				['SANDBOX', 'operator.state.sandbox'],
				['PRODUCTION', 'operator.state.production'],
			]},
			{name: 'Order', key: 'accounts.order', choices: [
				['RISK', 'accounts.by_risk'], ['VOLUME', 'accounts.by_volume'],
				['NAME', 'accounts.by_name'],
				['CREATED', 'accounts.by_age'],
			]},
		],
		id: row => row.AccountName,
		link: row => accountPath(row.AccountName),
		live: 10000,
		empty: {text: 'accounts.empty'},
		none: 'accounts.none',
		actions: [button('accounts.create', () => create(view),
			{kind: 'primary', icon: 'plus'})],
	});

	replace(view.root, heading(1, text('accounts.title')),
		accounts.element);
}
