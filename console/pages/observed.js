/* Senders that were seen while nothing is refused: whose they shall be. */
import {h, replace} from '../dom.js';
import {hasText, text} from '../strings.js';
import {call} from '../api.js';
import {list} from '../list.js';
import {badge, button, confirm, heading, link, number, time, toast}
	from '../parts.js';
import {accountPath} from './operator.js';

export const title = 'observed.title';

/* Rows that are chosen stay so while the list is polled. */
function chooser(onChange) {
	const chosen = new Map();
	const id = row => [row.Login, row.FromDomain, row.Reason].join('\n');

	return {
		chosen,
		id,
		cell: row => h('div', {class: 'box'},
			isAdoptable(row) && h('input', {type: 'checkbox',
				checked: chosen.has(id(row)),
				'aria-label': text('observed.choose',
					{login: nameOf(row), domain: row.FromDomain}),
				on: {change: event => {
					if (event.target.checked) {
						chosen.set(id(row), row);
					} else {
						chosen.delete(id(row));
					}
					onChange();
				}}}),
			h('span', {}, nameOf(row))),
	};
}

function nameOf(row) {
	return row.Login || row.Network || text('observed.no_login');
}

/* What passes is adopted; (malformed) and (other) are no domains. */
function isAdoptable(row) {
	return row.Verdict !== 'PASS' && !row.FromDomain.startsWith('(');
}

/* The account that they have in common, if there is one. */
function accountOf(senders) {
	const names = new Set(senders.map(row => row.AccountName).filter(Boolean));

	return names.size === 1 ? [...names][0] : '';
}

function reason(code) {
	const key = `observed.reason.${code}`;

	return h('div', {class: 'hint'}, hasText(key) ? text(key) : code);
}

async function adopt(senders, reload) {
	const done = await confirm({
		title: text('observed.adopt_title', {count: senders.length}),
		body: text('observed.adopt_body'),
		submit: text('observed.adopt'),
		fields: [
			{name: 'AccountName', key: 'observed.account', type: 'text',
				required: true, most: 64, value: accountOf(senders)},
			{name: 'CreateAccount', key: 'observed.create_account',
				type: 'checkbox'},
			{name: 'Verify', key: 'observed.verify', type: 'checkbox',
				hint: 'observed.verify_hint'},
		],
		action: values => call('POST', '/sendward/operator/observed', {
			body: {...values, Senders: senders.map(row => (
				{Login: row.Login, FromDomain: row.FromDomain}))},
		}),
	});

	if (done) {
		toast(text('observed.adopted', {count: senders.length}));
		await reload();
	}
	return done;
}

function columns(choice) {
	return [
		{key: 'observed.login', cell: choice.cell},
		{key: 'observed.domain', cell: row => row.FromDomain},
		{key: 'observed.messages', cell: row => number(row.Messages),
			number: true},
		{key: 'observed.verdict', cell: row => row.Verdict === 'PASS'
			? badge('good', text('observed.passes'))
			: [badge('warn', text('observed.refused')),
				row.Reason && reason(row.Reason)]},
		{key: 'observed.account', cell: row => row.AccountName
			? link(accountPath(row.AccountName), {}, row.AccountName)
			: ''},
		{key: 'observed.last', cell: row => time(row.LastTimestamp)},
	];
}

export async function show(view) {
	const adoption = button('observed.adopt', async () => {
		if (!await adopt([...choice.chosen.values()], observed.reload))
			return;
		choice.chosen.clear();
		adoption.disabled = true;
	}, {kind: 'primary', disabled: true});
	const choice = chooser(() => {
		adoption.disabled = choice.chosen.size === 0;
	});
	const observed = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/operator/observed',
				{query: {...query, NextToken: token}, signal});
			return {rows: answer.Observed, next: answer.NextToken};
		},
		columns: columns(choice),
		filters: [{name: 'State', key: 'observed.state', choices: [
			['', 'observed.open'], ['ADOPTED', 'observed.is_adopted'],
			['ALL', 'observed.all'],
		]}],
		id: choice.id,
		live: 10000,
		empty: {text: view.session.Mode === 'monitor'
			? 'observed.empty' : 'observed.empty_enforce'},
		none: 'observed.none',
		actions: [adoption],
	});

	replace(view.root, heading(1, text('observed.title')),
		view.session.Mode === 'monitor' &&
			h('p', {class: 'lead'}, text('observed.monitor')),
		observed.element);
}
