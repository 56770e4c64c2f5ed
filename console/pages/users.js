/* People who may sign in. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {list} from '../list.js';
import {badge, button, confirm, date, dialog, heading, link, secret, time, toast}
	from '../parts.js';
import {accountPath} from './operator.js';

export const title = 'users.title';

function path(name) {
	return '/sendward/operator/users/' + encodeURIComponent(name);
}

function tellPassword(name, password) {
	dialog({title: text('users.password_title', {name}), body: [
		h('p', {}, text('users.password_body')), secret(password)]});
}

async function create(view, reload) {
	let answer;
	const values = await confirm({
		title: text('users.create'),
		body: text('users.create_body'),
		submit: text('users.create'),
		fields: [
			{name: 'UserName', key: 'users.name', type: 'text',
				required: true, most: 64, hint: 'users.name_hint',
				autocomplete: 'off'},
			{name: 'AccountName', key: 'users.account', type: 'text',
				hint: 'users.account_hint', autocomplete: 'off',
				value: view.query.AccountName || ''},
		],
		action: async given => {
			const body = {UserName: given.UserName, Role: 'OPERATOR'};

			if (given.AccountName) {
				body.Role = 'ACCOUNT';
				body.AccountName = given.AccountName;
			}
			answer = await call('POST', '/sendward/operator/users',
				{body});
		},
	});

	if (values) {
		tellPassword(values.UserName, answer.Password);
		await reload();
	}
}

/* What can be done to a user now: names in the texts, and what is sent. */
function changes(row) {
	return Object.entries({
		unlock: row.LockedUntilTimestamp && {Unlock: true},
		reset: {ResetPassword: true},
		remove_second_factor: row.SecondFactor && {RemoveSecondFactor: true},
		disable: row.Enabled && {Enabled: false},
		enable: !row.Enabled && {Enabled: true},
	}).filter(([, body]) => body);
}

async function set(row, reload) {
	let answer = {};
	const possible = changes(row);
	const done = await confirm({
		title: text('users.set_title', {name: row.UserName}),
		body: text('users.set_body'),
		submit: text('users.set'),
		fields: [{name: 'change', key: 'users.what', type: 'select',
			choices: possible.map(([name]) => [name, text(`users.${name}`)])}],
		action: async ({change}) => {
			answer = await call('PUT', path(row.UserName),
				{body: Object.fromEntries(possible)[change]});
		},
	});

	if (!done)
		return;
	if (answer.Password)
		tellPassword(row.UserName, answer.Password);
	else
		toast(text('users.changed', {name: row.UserName}));
	await reload();
}

async function remove(row, reload) {
	const done = await confirm({
		title: text('users.delete_title', {name: row.UserName}),
		body: text('users.delete_body'),
		submit: text('users.delete'),
		danger: true,
		action: () => call('DELETE', path(row.UserName)),
	});

	if (done)
		await reload();
}

function state(row) {
	if (!row.Enabled)
		return badge('bad', text('users.disabled'));
	if (row.LockedUntilTimestamp)
		return [badge('warn', text('users.locked')), h('div', {class: 'hint'},
			text('users.locked_until', {when: date(row.LockedUntilTimestamp)}))];
	return badge('good', text('users.enabled'));
}

function actions(row, isSelf, reload) {
	const named = key => text('users.act',
		{act: text(key), name: row.UserName});

	/* a change would end this very session, before its answer is read */
	if (isSelf)
		return link('/console/security', {}, text('app.security'));
	return h('div', {class: 'actions'},
		button(text('users.set'), () => set(row, reload),
			{label: named('users.set')}),
		button(text('users.delete'), () => remove(row, reload),
			{kind: 'danger', label: named('users.delete')}));
}

export async function show(view) {
	const users = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/operator/users',
				{query: {...query, NextToken: token}, signal});
			return {rows: answer.Users, next: answer.NextToken};
		},
		columns: [
			{key: 'users.name', cell: row => row.UserName},
			{key: 'users.role', cell: row => row.Role === 'OPERATOR'
				? text('users.operator')
				: link(accountPath(row.AccountName), {},
					row.AccountName)},
			{key: 'users.state', cell: state},
			{key: 'users.second_factor', cell: row => row.SecondFactor
				? text('users.yes') : text('users.no')},
			{key: 'users.signed_in', cell: row => row.SignedInTimestamp
				? time(row.SignedInTimestamp) : text('users.never')},
			{key: 'users.actions', class: 'narrow', cell: row => actions(row,
				row.UserName === view.session.UserName, users.reload)},
		],
		filters: [{name: 'AccountName', key: 'users.account',
			type: 'search'}],
		id: row => row.UserName,
		live: 30000,
		empty: {text: 'users.empty'},
		none: 'users.none',
		actions: [button('users.create', () => create(view, users.reload),
			{kind: 'primary', icon: 'plus'})],
	});

	replace(view.root, heading(1, text('users.title')), users.element);
}
