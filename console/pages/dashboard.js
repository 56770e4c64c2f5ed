// The account at a glance: may it send, how much, what becomes of it, and what is
// to be done next. Asks every two seconds.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {poll} from '../live.js';
import {chart} from '../chart.js';
import {shortDate} from '../format.js';
import {badge, button, card, heading, link, meter, notice, number, percent,
	segments, table, time} from '../parts.js';
import {slot} from './keep.js';
import {steps} from './steps.js';

export const title = 'dashboard.title';

const PERIODS = ['HOUR', 'DAY', 'FORTNIGHT'];
const EVERY_MSEC = 2000;
const RECENT = 5;
const SERIES = [['Sent', 'plain'], ['Delivered', 'good'], ['Bounced', 'warn'],
	['Complained', 'bad'], ['Rejected', 'quiet']];
const OUTCOMES = {DELIVERED: 'good', BOUNCED: 'bad', COMPLAINED: 'bad',
	DELAYED: 'warn', REJECTED: 'bad', PENDING: 'quiet'};

export async function show(view) {
	const page = {view, state: slot(overview => stateOf(view, overview)),
		next: slot(next), limits: slot(limits, {class: 'grid two'}),
		reputation: slot(reputation), totals: slot(totals),
		recent: slot(rows => recent(rows, view.isViewing)), chart: null, period: period(view)};
	await refresh(page);
	replace(view.root, heading(1, text(title)), page.state.element,
		page.next.element, card('dashboard.limits', page.limits.element),
		traffic(page), card('dashboard.reputation', page.reputation.element),
		card('dashboard.recent', page.recent.element));
	let isFirst = true;
	const again = poll(view, EVERY_MSEC, async () => {
		if (!isFirst)
			await refresh(page);
		isFirst = false;
	});
	view.onQuery(() => {
		page.period = period(view);
		mark(page);
		again.now();
	});
	page.again = again;
}

function period(view) {
	return PERIODS.includes(view.query.Period) ? view.query.Period : 'DAY';
}

async function refresh(page) {
	const {signal} = page.view;
	const asked = page.period;
	const [overview, timeline, messages] = await Promise.all([
		call('GET', '/sendward/overview', {signal}),
		call('GET', '/sendward/timeline', {query: {Period: asked}, signal}),
		call('GET', '/sendward/messages', {query: {PageSize: RECENT}, signal})]);
	const rows = messages.Messages ?? [];
	page.state.set(overview);
	page.next.set({overview, hasSent: rows.length > 0,
		isViewing: page.view.isViewing});
	page.limits.set(overview.Quota);
	page.reputation.set(overview.Reputation);
	page.recent.set(rows);
	if (asked === page.period)
		draw(page, timeline);
}

/* ---- state ------------------------------------------------------------------ */

function stateOf(view, {Paused, Production, Reputation, Request}) {
	if (Paused)
		return paused(view, Paused);
	const standing = Reputation?.Standing === 'UNDER_REVIEW' &&
		notice('warn', text('dashboard.review'),
			h('p', null, text('dashboard.review_text')));
	if (!Production)
		return [standing, notice('quiet', text('dashboard.sandbox'),
			h('p', null, text('dashboard.sandbox_text')),
			h('p', null, link('production', null, text(
				Request?.Status === 'PENDING' ? 'dashboard.request_open' :
					'dashboard.request'))))];
	return standing || h('p', {class: 'state-line'},
		badge('good', text('dashboard.production')), ' ',
		text('dashboard.production_text'));
}

function paused(view, {Reason, By, Timestamp}) {
	const key = {OPERATOR: 'dashboard.paused_operator', ACCOUNT:
		'dashboard.paused_account', REPUTATION: 'dashboard.paused_reputation'}[By];
	return notice('bad', text('dashboard.paused'),
		Reason && h('p', null, Reason),
		h('p', null, key && text(key), ' ', Timestamp && time(Timestamp)),
		By === 'ACCOUNT' && !view.isViewing && button('dashboard.resume', () =>
			call('PUT', '/v2/email/account/sending',
				{body: {SendingEnabled: true}})));
}

/* ---- what to do next ----------------------------------------------------------- */

function next({overview, hasSent, isViewing}) {
	const {Counts = {}, Production, Request} = overview;
	const asked = Request?.Status;
	const all = [
		{key: 'identity', path: 'identities', done: Counts.Identities > 0},
		{key: 'records', path: 'identities', done: Counts.VerifiedIdentities > 0},
		{key: 'credential', path: 'credentials', done: Counts.Credentials > 0},
		{key: 'test', path: 'send', done: hasSent},
		{key: 'production', path: 'production', done: Production === true,
			note: asked === 'PENDING' ? 'dashboard.step_asked' :
				asked === 'DENIED' ? 'dashboard.step_denied' : null},
	];
	if (isViewing || all.every(one => one.done))
		return [];
	const first = all.find(one => !one.done && !one.note) ??
		all.find(one => !one.done);
	return card('dashboard.next', steps(all.map(one => ({
		state: one.done ? 'done' : one === first ? 'now' : 'later',
		title: link(one.path, null, text(`dashboard.step_${one.key}`)),
		body: !one.done && (one.note ? text(one.note) :
			text(`dashboard.step_${one.key}_text`))}))));
}

/* ---- limits ------------------------------------------------------------------- */

function limits({Max24Hour, Used24Hour, MaxSendRate, SendRate} = {}) {
	return [Max24Hour < 0 ? h('p', null, text('dashboard.quota_none',
		{used: number(Used24Hour)})) :
		meter({label: text('dashboard.quota'), value: Used24Hour, most: Max24Hour,
			text: text('dashboard.of', {used: number(Used24Hour),
				most: number(Max24Hour)}),
			marks: [{at: 0.8 * Max24Hour, kind: 'warn',
				label: text('dashboard.quota_mark')}]}),
	MaxSendRate < 0 ? h('p', null, text('dashboard.rate_none',
		{used: number(SendRate)})) :
		meter({label: text('dashboard.rate'), value: SendRate, most: MaxSendRate,
			text: text('dashboard.rate_of', {used: number(SendRate),
				most: number(MaxSendRate)})})];
}

/* ---- traffic ------------------------------------------------------------------- */

function traffic(page) {
	page.segments = segments({label: text('dashboard.period'), value: page.period,
		choices: PERIODS.map(one => [one, text(`dashboard.period.${one}`)]),
		change: one => {
			page.period = one;
			page.view.setQuery({Period: one === 'DAY' ? null : one});
			page.again.now();
		}});
	return card(heading(2, text('dashboard.traffic'), page.segments),
		page.totals.element, page.chart.element);
}

/* Back and forward change the period, too. */
function mark(page) {
	for (const one of page.segments.children)
		one.setAttribute('aria-pressed', String(one.value === page.period));
}

function draw(page, {Points = [], Totals = {}, Step}) {
	const labels = Points.map(point => shortDate(point.Timestamp, Step >= 86400));
	const series = SERIES.map(([name, kind]) => ({kind,
		name: text(`dashboard.${name}`), values: Points.map(point => point[name])}));
	page.totals.set(Totals);
	if (page.chart === null)
		page.chart = chart({kind: 'line', labels, series,
			label: text('dashboard.traffic')});
	else if (page.drawn !== JSON.stringify([labels, series]))
		page.chart.update({labels, series});
	page.drawn = JSON.stringify([labels, series]);
}

function totals(sums) {
	return h('dl', {class: 'totals'}, SERIES.map(([name, kind]) =>
		h('div', {class: `kind-${kind}`}, h('dt', null, text(`dashboard.${name}`)),
			h('dd', null, h('strong', {class: 'number'}, number(sums[name])), ' ',
				name !== 'Sent' && sums.Sent > 0 && h('span', {class: 'quiet number'},
					percent(sums[name] / sums.Sent))))));
}

/* ---- reputation ------------------------------------------------------------------ */

function reputation({Standing, Volume, MinimumVolume, Bounce, Complaint} = {}) {
	const kind = {HEALTHY: 'good', UNDER_REVIEW: 'warn', SHUT_DOWN: 'bad'}[Standing];
	return [
		h('p', {class: 'state-line'}, kind &&
			badge(kind, text(`dashboard.standing.${Standing}`)), ' ',
		text(Volume > 0 ? 'dashboard.volume' : 'dashboard.volume_none',
			{count: Volume, least: number(MinimumVolume)})),
		h('div', {class: 'grid two'}, gauge('dashboard.bounces', Bounce),
			gauge('dashboard.complaints', Complaint))];
}

function gauge(key, rate) {
	if (!rate)
		return null;
	const {Rate, Low, High, Review, Pause, Count} = rate;
	return meter({label: text(key), value: Rate, low: Low, high: High,
		most: Math.max(2 * Pause, Math.min(1, Rate ?? 0)),
		text: Rate === undefined ? text('dashboard.rate_unknown') :
			text('dashboard.rate_known', {rate: percent(Rate), count: Count}),
		marks: [{at: Review, kind: 'warn',
			label: text('dashboard.line_review', {rate: percent(Review)})},
		{at: Pause, kind: 'bad',
			label: text('dashboard.line_pause', {rate: percent(Pause)})}]});
}

/* ---- messages ---------------------------------------------------------------------- */

function recent(rows, isViewing) {
	if (rows.length === 0)
		return h('p', {class: 'quiet'}, text('dashboard.no_messages'), ' ',
			!isViewing && link('send', null, text('dashboard.step_test')));
	return [table({label: text('dashboard.recent'), rows, columns: [
		{key: 'dashboard.recipient', class: 'mail-address', cell: row =>
			link(`messages/${encodeURIComponent(row.MessageId)}`, null,
				recipients(row))},
		{key: 'dashboard.subject', cell: row => row.Subject ||
			h('span', {class: 'quiet'}, text('dashboard.no_subject'))},
		{key: 'dashboard.outcome', cell: row => (row.Outcomes ?? []).map(one =>
			badge(OUTCOMES[one] ?? 'quiet', text(`dashboard.outcome.${one}`)))},
		{key: 'dashboard.when', cell: row => time(row.Timestamp)}]}),
	h('p', null, link('messages', null, text('dashboard.all_messages')))];
}

function recipients({Recipients = [], RecipientCount}) {
	const more = (RecipientCount ?? Recipients.length) - 1;
	return more > 0 ? text('dashboard.and_more', {first: Recipients[0],
		count: more}) : Recipients[0];
}
