/* The operator's first page: what wants a decision, and how the server is. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {poll} from '../live.js';
import {badge, card, heading, link, number} from '../parts.js';
import {healthKind, ordered} from './health.js';

export const title = 'summary.title';

/* What waits for a person: only what is not zero is shown. */
const duties = [
	['RequestsOpen', 'summary.requests', '/console/operator/requests',
		{Status: 'PENDING'}, 'warn'],
	['Paused', 'summary.paused', '/console/operator/accounts',
		{State: 'PAUSED'}, 'bad'],
	['UnderReview', 'summary.review', '/console/operator/accounts',
		{State: 'REVIEW'}, 'warn'],
	['ReportsUnmatched', 'summary.reports', '/console/operator/reports',
		{State: 'UNMATCHED'}, 'quiet'],
	['ObservedOpen', 'summary.observed', '/console/operator/observed',
		{State: 'OPEN'}, 'warn'],
	['DeadLetters', 'summary.dead_letters', '/console/operator/health',
		{}, 'warn'],
];

function duty(facts, [member, key, path, query, kind]) {
	const count = facts[member];

	return count > 0 && h('li', {class: 'duty'}, link(path, query,
		badge(kind, number(count)), ' ', h('span', {}, text(key, {count}))));
}

function figure(key, value, path, query) {
	return h('div', {},
		h('div', {class: 'figure'}, number(value)),
		link(path, query, text(key)));
}

function draw(places, facts) {
	const list = duties.map(row => duty(facts, row)).filter(Boolean);
	const accounts = '/console/operator/accounts';

	replace(places.duties, list.length
		? h('ul', {class: 'plain'}, list)
		: h('p', {class: 'quiet'}, text('summary.no_duties')));
	replace(places.server,
		figure('summary.accounts', facts.Accounts, accounts, {}),
		figure('summary.sent', facts.Sent24Hour, accounts,
			{Order: 'VOLUME'}));
}

/* What is not well is named: the worst first. */
function drawHealth(place, {Status, Parts}) {
	const bad = ordered(Parts).filter(part => part.Status !== 'OK');

	replace(place,
		h('p', {}, badge(healthKind(Status), text('health.all.' + Status))),
		bad.length > 0 && h('ul', {class: 'plain'}, bad.map(part =>
			h('li', {}, h('strong', {}, part.Title), ': ', part.Detail))),
		h('p', {}, link('/console/operator/health', {},
			text('summary.health_link'))));
}

/* Calls f for answers that differ from the one before. */
function watch(view, milliseconds, path, f) {
	let before = '';

	poll(view, milliseconds, async () => {
		const answer = await call('GET', path, {signal: view.signal});
		const now = JSON.stringify(answer);

		if (now !== before)
			f(answer);
		before = now;
	});
}

export async function show(view) {
	const places = {
		health: h('div', {class: 'stack', 'aria-live': 'polite'},
			h('p', {class: 'quiet'}, text('health.asking'))),
		duties: h('div', {class: 'stack', 'aria-live': 'polite'},
			h('p', {class: 'quiet'}, text('app.loading'))),
		server: h('div', {class: 'figures'}),
	};

	replace(view.root, heading(1, text('summary.title')),
		h('div', {class: 'grid two stretch'},
			card(text('summary.duties'), places.duties),
			card(text('summary.server'), places.server)),
		card(text('summary.health'), places.health));
	watch(view, 5000, '/sendward/operator/summary',
		facts => draw(places, facts));
	watch(view, 15000, '/sendward/operator/health',
		health => drawHealth(places.health, health));
}
