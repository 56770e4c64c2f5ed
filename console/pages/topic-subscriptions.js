// Who is told of a topic: added, asked again, changed, removed.
import {h, replace} from '../dom.js';
import {sns} from '../api.js';
import {text} from '../strings.js';
import {badge, button, card, confirm, heading, table, toast} from '../parts.js';
import {poll} from '../live.js';
import {given} from './mail.js';

const PROTOCOLS = {
	'https': 'protocol.https',
	'http': 'protocol.http',
	'email': 'protocol.email',
	'email-json': 'protocol.email_json',
};
const PENDING = 'PendingConfirmation';

/** page: of topic.js. → {element, reload()} */
export function subscriptions(page) {
	const body = h('div', {class: 'stack', 'aria-live': 'polite'});
	const own = {page, body, drawn: '', token: undefined, tokens: []};
	const reload = () => load(own, reload);
	poll(page.view, 5000, reload);
	return {reload, element: card(heading(2, text('topic.subscriptions'),
		!page.view.isViewing && button('topic.subscribe',
			() => subscribe(page, reload), {icon: 'plus'})), body)};
}

async function load(own, reload) {
	const {page} = own;
	const answer = await sns('ListSubscriptionsByTopic', {TopicArn: page.arn,
		NextToken: own.token}, {signal: page.view.signal});
	const drawn = JSON.stringify(answer);
	if (drawn !== own.drawn)
		replace(own.body, draw(own, answer, reload));
	own.drawn = drawn;
}

function draw(own, answer, reload) {
	const rows = answer.Subscriptions ?? [];
	if (rows.length === 0 && own.tokens.length === 0)
		return h('p', null, text('topic.no_subscriptions'));
	return [
		table({label: 'topic.subscriptions', rows,
			columns: columns(own.page, reload)}),
		rows.some(isPending) && h('p', {class: 'hint'}, text('topic.pending_text')),
		turn(own, answer.NextToken, reload),
	];
}

/* Pages of a hundred: most topics have one. */
function turn(own, next, reload) {
	const to = (token, tokens) => {
		Object.assign(own, {token, tokens});
		return reload();
	};
	return (next || own.tokens.length > 0) && h('div', {class: 'actions'},
		own.tokens.length > 0 && button('list.previous', () =>
			to(own.tokens.at(-1), own.tokens.slice(0, -1))),
		next && button('list.next', () =>
			to(next, [...own.tokens, own.token])));
}

function isPending(row) {
	return row.SubscriptionArn === PENDING;
}

function columns(page, reload) {
	return [
		{key: 'topic.endpoint', class: 'wide', cell: row => given(row.Endpoint)},
		{key: 'topic.protocol', cell: row => PROTOCOLS[row.Protocol] ?
			text(PROTOCOLS[row.Protocol]) : row.Protocol},
		{key: 'topic.state', cell: row => isPending(row) ?
			badge('warn', text('topic.pending')) :
			badge('good', text('topic.confirmed'))},
		!page.view.isViewing && {key: 'mail.actions', class: 'narrow',
			cell: row => actions(page, row, reload)},
	].filter(Boolean);
}

function actions(page, row, reload) {
	if (isPending(row))
		return button('topic.resend', () => resend(page, row));
	return h('div', {class: 'actions'},
		row.Protocol.startsWith('http') &&
			button('topic.form', () => chooseForm(row)),
		button('mail.remove', () => unsubscribe(row, reload), {kind: 'quiet'}));
}

async function subscribe(page, reload) {
	const values = await confirm({
		title: 'topic.subscribe',
		fields: [
			{name: 'Protocol', key: 'topic.protocol', type: 'select',
				value: 'https', choices: Object.entries(PROTOCOLS)},
			{name: 'Endpoint', key: 'topic.endpoint', type: 'text',
				required: true, hint: 'topic.endpoint_hint', most: 2048},
			{name: 'raw', key: 'topic.raw', type: 'checkbox',
				hint: 'topic.raw_hint'},
		],
		submit: 'topic.subscribe',
		action: ({Protocol, Endpoint, raw}) => sns('Subscribe', {
			TopicArn: page.arn, Protocol, Endpoint: Endpoint.trim(),
			Attributes: raw && Protocol.startsWith('http') ?
				{RawMessageDelivery: 'true'} : {}}),
	});
	if (values !== null) {
		toast(text('topic.asked', {endpoint: values.Endpoint}), 'good');
		await reload();
	}
}

/* Who subscribes again while he is waited for is asked again. */
async function resend(page, row) {
	await sns('Subscribe', {TopicArn: page.arn, Protocol: row.Protocol,
		Endpoint: row.Endpoint});
	toast(text('topic.asked', {endpoint: row.Endpoint}), 'good');
}

async function chooseForm(row) {
	const {Attributes: now} = await sns('GetSubscriptionAttributes',
		{SubscriptionArn: row.SubscriptionArn});
	const values = await confirm({
		title: 'topic.form',
		body: given(row.Endpoint),
		fields: [{name: 'raw', key: 'topic.raw', type: 'checkbox',
			value: now.RawMessageDelivery === 'true', hint: 'topic.raw_hint'}],
		submit: 'mail.save',
		action: ({raw}) => sns('SetSubscriptionAttributes', {
			SubscriptionArn: row.SubscriptionArn,
			AttributeName: 'RawMessageDelivery', AttributeValue: String(raw)}),
	});
	if (values !== null)
		toast('mail.saved', 'good');
}

async function unsubscribe(row, reload) {
	const values = await confirm({
		title: 'topic.unsubscribe_title',
		body: [given(row.Endpoint), h('p', null, text('topic.unsubscribe_text'))],
		submit: 'mail.remove',
		danger: true,
		action: () => sns('Unsubscribe', {SubscriptionArn: row.SubscriptionArn}),
	});
	if (values !== null)
		await reload();
}
