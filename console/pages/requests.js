/* Requests for production access, to be decided. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {list} from '../list.js';
import {badge, button, confirm, details, facts, heading, link, time, toast}
	from '../parts.js';
import {accountPath} from './operator.js';

export const title = 'requests.title';

const kinds = {PENDING: 'warn', GRANTED: 'good', DENIED: 'bad'};

async function decide(row, decision, reload) {
	const isDenial = decision === 'DENY';
	const done = await confirm({
		title: text(isDenial ? 'requests.deny_title' : 'requests.grant_title',
			{name: row.AccountName}),
		body: text(isDenial ? 'requests.deny_body' : 'requests.grant_body'),
		submit: text(isDenial ? 'requests.deny' : 'requests.grant'),
		danger: isDenial,
		fields: isDenial
			? [{name: 'Reason', key: 'requests.reason', type: 'textarea',
				required: true, most: 1000, hint: 'requests.reason_hint'}]
			: [],
		action: values => call('POST', '/sendward/operator/requests/' +
			encodeURIComponent(row.AccountName), {
			body: isDenial
				? {Decision: decision, Reason: values.Reason}
				: {Decision: decision},
		}),
	});

	if (done) {
		toast(text(isDenial ? 'requests.is_denied' : 'requests.is_granted',
			{name: row.AccountName}));
		await reload();
	}
}

/* A web site is a link only when it is one: javascript: is not. */
function site(url) {
	return /^https?:\/\//i.test(url || '')
		? h('a', {href: url, rel: 'noreferrer noopener',
			target: '_blank'}, url)
		: url;
}

function request(row) {
	return details(text('requests.details'), facts([
		[text('requests.mail_type'), row.MailType &&
			text(`production.type.${row.MailType}`)],
		[text('requests.website'), site(row.WebsiteUrl)],
		[text('requests.use_case'), row.UseCaseDescription &&
			h('div', {class: 'as-written'}, row.UseCaseDescription)],
		[text('requests.reason'), row.Reason],
	]));
}

export async function show(view) {
	const requests = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/operator/requests',
				{query: {...query, NextToken: token}, signal});
			return {rows: answer.Requests, next: answer.NextToken};
		},
		columns: [
			{key: 'requests.account', cell: row =>
				link(accountPath(row.AccountName), {}, row.AccountName)},
			{key: 'requests.status', cell: row =>
				badge(kinds[row.Status] || 'quiet',
					text('requests.status.' + row.Status))},
			{key: 'requests.since', cell: row =>
				time(row.CreatedTimestamp)},
			{key: 'requests.what', cell: request, class: 'wide'},
			{key: 'requests.decision', cell: row => row.Status === 'PENDING'
				? h('div', {class: 'actions'},
					button(text('requests.grant'),
						() => decide(row, 'GRANT', requests.reload),
						{kind: 'primary'}),
					button(text('requests.deny'),
						() => decide(row, 'DENY', requests.reload)))
				: time(row.DecidedTimestamp), class: 'narrow'},
		],
		filters: [{name: 'Status', key: 'requests.status', choices: [
			['', 'requests.all'], ['PENDING', 'requests.status.PENDING'],
			['GRANTED', 'requests.status.GRANTED'],
			['DENIED', 'requests.status.DENIED'],
		]}],
		id: row => row.AccountName + ' ' + row.CreatedTimestamp,
		live: 10000,
		empty: {text: 'requests.empty'},
		none: 'requests.none',
	});

	replace(view.root, heading(1, text('requests.title')),
		requests.element);
}
