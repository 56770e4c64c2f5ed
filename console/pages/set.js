// A configuration set: whether it sends, what it counts, whom it tells.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {badge, button, card, facts, heading, link, notice, table, time, toast}
	from '../parts.js';
import {form} from '../form.js';
import {all, given, pathOf} from './mail.js';
import {addDestination, changeDestination, KINDS, removeDestination} from
	'./set-destinations.js';
import {removeSet} from './sets.js';

export const title = 'set.title';

export async function show(view) {
	const {name} = view.params;
	const path = `/v2/email/configuration-sets/${encodeURIComponent(name)}`;
	const parts = {options: h('div', {class: 'stack'}), told: h('div')};
	const page = {view, name, path, parts, reload: () => load(page)};
	await load(page);
	replace(view.root,
		heading(1, given(name), !view.isViewing && button('mail.delete',
			() => removeSet(name, () => view.go('/console/sets')),
			{kind: 'danger'})),
		parts.options, parts.told);
}

async function load(page) {
	const {signal} = page.view;
	const [set, told, pools] = await Promise.all([
		call('GET', page.path, {signal}),
		call('GET', `${page.path}/event-destinations`, {signal}),
		all(token => call('GET', '/v2/email/dedicated-ip-pools',
			{query: {NextToken: token, PageSize: 100}, signal}),
		'DedicatedIpPools'),
	]);
	replace(page.parts.options, page.view.isViewing ? seen(set) :
		options(page, set, pools));
	replace(page.parts.told,
		destinations(page, told.EventDestinations ?? []));
}

/* ---- options --------------------------------------------------------------- */

function seen(set) {
	return card('set.options', facts([
		['set.sending', onOff(set.SendingOptions?.SendingEnabled)],
		['set.reputation', onOff(set.ReputationOptions?.ReputationMetricsEnabled)],
		['set.suppression', suppressionText(set)],
		['set.pool', set.DeliveryOptions?.SendingPoolName ?? null],
		...tagRows(set),
	]));
}

function onOff(flag) {
	return flag ? badge('good', text('set.on')) : badge('warn', text('set.off'));
}

function suppressionText(set) {
	const reasons = set.SuppressionOptions?.SuppressedReasons;
	if (reasons === undefined)
		return text('set.suppression_account');
	return reasons.length === 0 ? text('set.suppression_none') :
		reasons.map(one => text(REASONS[one])).join(', ');
}

const REASONS = {
	BOUNCE: 'suppressions.bounce',
	COMPLAINT: 'suppressions.complaint',
};

function tagRows(set) {
	return (set.Tags ?? []).map(tag => [
		h('span', null, text('messages.tag'), ' ', given(tag.Key)),
		given(tag.Value)]);
}

function options(page, set, pools) {
	const sends = set.SendingOptions?.SendingEnabled !== false;
	return [
		!sends && notice('warn', 'set.paused', h('p', null, text('set.paused_text'))),
		card('set.options', form({
			fields: fieldsOf(set, pools),
			submit: 'mail.save',
			action: values => save(page, set, values),
		}), facts([
			['set.fresh_start', set.ReputationOptions?.LastFreshStart ?
				time(set.ReputationOptions.LastFreshStart) : null],
			...tagRows(set),
		])),
	];
}

function fieldsOf(set, pools) {
	const reasons = set.SuppressionOptions?.SuppressedReasons;
	const pool = set.DeliveryOptions?.SendingPoolName ?? '';
	const names = [...new Set([...pools, pool])].filter(Boolean);
	return [
		{name: 'sending', key: 'set.sending', type: 'checkbox',
			value: set.SendingOptions?.SendingEnabled !== false,
			hint: 'set.sending_hint'},
		{name: 'reputation', key: 'set.reputation', type: 'checkbox',
			value: set.ReputationOptions?.ReputationMetricsEnabled === true,
			hint: 'set.reputation_hint'},
		{name: 'suppression', key: 'set.suppression', type: 'select',
			value: reasons === undefined ? 'ACCOUNT' : [...reasons].sort().join('+'),
			choices: [
				['ACCOUNT', 'set.suppression_account'],
				['BOUNCE+COMPLAINT', 'set.suppression_both'],
				['BOUNCE', 'set.suppression_bounce'],
				['COMPLAINT', 'set.suppression_complaint'],
				['', 'set.suppression_none'],
			], hint: 'set.suppression_hint'},
		names.length > 0 && {name: 'pool', key: 'set.pool', type: 'select',
			value: pool, choices: [['', 'set.pool_own'],
				...names.map(one => [one, one])]},
	].filter(Boolean);
}

/* Each option has a call of its own; only what differs is written. */
async function save(page, set, values) {
	const put = (part, body) => call('PUT', `${page.path}/${part}`, {body});
	if (values.sending !== (set.SendingOptions?.SendingEnabled !== false))
		await put('sending', {SendingEnabled: values.sending});
	if (values.reputation !==
		(set.ReputationOptions?.ReputationMetricsEnabled === true))
		await put('reputation-options',
			{ReputationMetricsEnabled: values.reputation});
	await put('suppression-options', values.suppression === 'ACCOUNT' ? {} :
		{SuppressedReasons: values.suppression.split('+').filter(Boolean)});
	if (values.pool !== undefined &&
		values.pool !== (set.DeliveryOptions?.SendingPoolName ?? ''))
		await put('delivery-options', values.pool === '' ? {} :
			{SendingPoolName: values.pool});
	toast('mail.saved', 'good');
	await page.reload();
}

/* ---- event destinations ------------------------------------------------------ */

function destinations(page, rows) {
	const {view} = page;
	return card(heading(2, text('set.destinations'), !view.isViewing &&
		button('set.add_destination', () => addDestination(page), {icon: 'plus'})),
	h('p', {class: 'lead'}, text('set.destinations_intro')),
	rows.length === 0 ? h('p', null, text('set.no_destinations')) : table({
		label: 'set.destinations', rows, columns: [
			{key: 'set.destination', class: 'mail-name', cell: row => given(row.Name)},
			{key: 'set.topic', class: 'mail-name', cell: row => topicLink(row)},
			{key: 'set.kinds', class: 'wide', cell: row =>
				row.MatchingEventTypes.map(kind => KINDS[kind] ?
					text(KINDS[kind]) : kind).join(', ')},
			{key: 'set.enabled', cell: row => onOff(row.Enabled)},
			!view.isViewing && {key: 'mail.actions', class: 'narrow',
				cell: row => h('div', {class: 'actions'},
					button('mail.change', () => changeDestination(page, row)),
					button('mail.delete', () => removeDestination(page, row),
						{kind: 'quiet'}))},
		].filter(Boolean)}));
}

function topicLink(row) {
	const topic = row.SnsDestination?.TopicArn?.split(':').pop();
	return topic ? link(pathOf('topics', topic), null, topic) : '';
}
