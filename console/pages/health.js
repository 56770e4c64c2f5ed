/* How every part of the server is, and what to do where it is not well. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {poll} from '../live.js';
import {badge, card, copy, details, facts, heading, notice} from '../parts.js';
import {slot} from './keep.js';

export const title = 'health.title';

const kinds = {OK: 'good', WARN: 'warn', FAIL: 'bad'};

export function healthKind(status) {
	return kinds[status] || 'quiet';
}

function advice(part) {
	return part.Advice && h('p', {class: 'advice'},
		h('strong', {}, text('health.advice')), ' ',
		h('code', {}, part.Advice), ' ', copy(part.Advice));
}

/* A part that stays on the page while its figures change: what was opened stays
 * open. */
function partCard() {
	const state = slot(part => [h('p', {}, badge(healthKind(part.Status),
		text('health.status.' + part.Status)), ' ', part.Detail),
	advice(part)]);
	const figures = slot(all => facts(all.map(
		fact => [fact.Name, fact.Value])));
	const opens = details(text('health.facts'), figures.element);
	const name = h('h2');

	return {element: card(name, state.element, opens), set: part => {
		if (name.textContent !== part.Title)
			replace(name, part.Title);
		state.set({...part, Facts: null});
		figures.set(part.Facts ?? []);
		opens.hidden = (part.Facts ?? []).length === 0;
	}};
}

/* What is worst stands first. */
export function ordered(parts) {
	const rank = {FAIL: 0, WARN: 1};

	return [...parts ?? []].sort((a, b) =>
		(rank[a.Status] ?? 2) - (rank[b.Status] ?? 2));
}

export async function show(view) {
	const cards = new Map();
	const all = slot(status => notice(healthKind(status),
		text('health.all.' + status)), {'aria-live': 'polite'});
	const place = h('div', {class: 'grid two'});
	let order = '';

	replace(all.element, h('p', {class: 'quiet'}, text('health.asking')));
	replace(view.root, heading(1, text('health.title')), all.element, place);
	poll(view, 5000, async () => {
		const {Status, Parts} = await call('GET',
			'/sendward/operator/health', {signal: view.signal});
		const parts = ordered(Parts);
		const now = parts.map(part => part.Name).join();

		all.set(Status);
		for (const part of parts) {
			if (!cards.has(part.Name))
				cards.set(part.Name, partCard());
			cards.get(part.Name).set(part);
		}
		if (now !== order)
			replace(place, parts.map(part => cards.get(part.Name).element));
		order = now;
	});
}
