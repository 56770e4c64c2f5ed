/* Pools of sending addresses, and how warm each is. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {list} from '../list.js';
import {badge, button, confirm, heading, link, toast} from '../parts.js';
import {accountPath} from './operator.js';

export const title = 'pools.title';

const base = '/sendward/operator/pools';

async function create(reload) {
	const done = await confirm({
		title: text('pools.create'),
		body: text('pools.create_body'),
		submit: text('pools.create'),
		fields: [
			{name: 'PoolName', key: 'pools.name', type: 'text',
				required: true, most: 64, hint: 'pools.name_hint'},
			{name: 'AccountName', key: 'pools.account', type: 'text',
				hint: 'pools.account_hint'},
		],
		action: values => call('POST', base, {body: values.AccountName
			? values : {PoolName: values.PoolName}}),
	});

	if (done)
		await reload();
}

async function addAddress(pool, reload) {
	const done = await confirm({
		title: text('pools.add_title', {name: pool.PoolName}),
		body: text('pools.add_body'),
		submit: text('pools.add'),
		fields: [
			{name: 'Address', key: 'pools.address', type: 'text',
				required: true, most: 45},
			{name: 'WarmupPercentage', key: 'pools.percentage',
				type: 'number', value: '0', least: 0, most: 100,
				required: true, hint: 'pools.percentage_hint'},
		],
		action: values => {
			const body = {Address: values.Address,
				WarmupPercentage: Number(values.WarmupPercentage)};

			if (pool.AccountName)
				body.AccountName = pool.AccountName;
			return call('POST', base + '/' +
				encodeURIComponent(pool.PoolName) + '/addresses', {body});
		},
	});

	if (done)
		await reload();
}

async function setAddress(address, reload) {
	const done = await confirm({
		title: text('pools.set_title', {address: address.Address}),
		body: text('pools.set_body'),
		submit: text('pools.set'),
		fields: [{name: 'WarmupPercentage', key: 'pools.percentage',
			type: 'number', required: true, least: 0, most: 100,
			value: String(address.WarmupPercentage)}],
		action: values => call('PUT', '/sendward/operator/pool-addresses/' +
			encodeURIComponent(address.Address),
		{body: {WarmupPercentage: Number(values.WarmupPercentage)}}),
	});

	if (done)
		await reload();
}

async function remove(titleText, url, query, reload) {
	const done = await confirm({
		title: titleText,
		body: text('pools.remove_body'),
		submit: text('pools.remove'),
		danger: true,
		action: () => call('DELETE', url, {query}),
	});

	if (done) {
		toast(text('pools.removed'));
		await reload();
	}
}

function addressItem(address, reload) {
	const named = key => text('pools.act',
		{act: text(key), name: address.Address});

	return h('li', {class: 'address'},
		h('code', {}, address.Address),
		badge(address.WarmupStatus === 'IN_PROGRESS' ? 'warn' : 'good',
			text('pools.warm', {percentage: address.WarmupPercentage})),
		address.DailyPlan === undefined ? null : h('span', {class: 'quiet'},
			text('pools.plan', {taken: address.DailyTaken || 0,
				plan: address.DailyPlan})),
		h('span', {class: 'actions'},
			button(text('pools.set'), () => setAddress(address, reload),
				{label: named('pools.set')}),
			button(text('pools.remove'), () => remove(
				text('pools.remove_title', {name: address.Address}),
				'/sendward/operator/pool-addresses/' +
				encodeURIComponent(address.Address), {}, reload),
			{label: named('pools.remove')})));
}

function addresses(pool, reload) {
	const rows = pool.Addresses || [];

	return rows.length
		? h('ul', {class: 'plain'},
			rows.map(row => addressItem(row, reload)))
		: h('span', {class: 'quiet'}, text('pools.no_address'));
}

function figures({Sent, Delivered, Bounced, Complained}) {
	return text('pools.figures_line', {
		sent: Sent || 0, delivered: Delivered || 0,
		bounced: Bounced || 0, complained: Complained || 0,
	});
}

export async function show(view) {
	const pools = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', base,
				{query: {...query, NextToken: token}, signal});
			return {rows: answer.Pools, next: answer.NextToken};
		},
		columns: [
			{key: 'pools.name', class: 'mail-name', cell: row => row.PoolName},
			{key: 'pools.account', cell: row => row.AccountName
				? link(accountPath(row.AccountName), {}, row.AccountName)
				: text('pools.shared')},
			{key: 'pools.addresses', class: 'wide',
				cell: row => addresses(row, pools.reload)},
			{key: 'pools.figures', cell: row => figures(row.Figures || {})},
			{key: 'pools.accounts', cell: row => String(row.Accounts || 0),
				number: true},
			{key: 'pools.actions', class: 'narrow', cell: row => h('div',
				{class: 'actions'},
				button(text('pools.add'),
					() => addAddress(row, pools.reload)),
				button(text('pools.delete'), () => remove(
					text('pools.remove_title', {name: row.PoolName}),
					base + '/' + encodeURIComponent(row.PoolName),
					row.AccountName ? {AccountName: row.AccountName} : {},
					pools.reload), {kind: 'danger'}))},
		],
		filters: [],
		id: row => (row.AccountName || '') + ' ' + row.PoolName,
		empty: {text: 'pools.empty'},
		none: 'pools.empty',
		actions: [button('pools.create', () => create(pools.reload),
			{kind: 'primary', icon: 'plus'})],
	});

	replace(view.root, heading(1, text('pools.title')),
		h('p', {class: 'lead'}, text('pools.about')), pools.element);
}
