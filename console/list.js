// A table of rows that the API gives by pages: filters, page and order are in
// the address, rows keep their elements while they are asked for again.
import {h, replace, unique} from './dom.js';
import {text, label} from './strings.js';
import {poll} from './live.js';
import {options} from './form.js';
import {button, icon, time, notice} from './parts.js';
import {address} from './routes.js';
import {viewedAccount} from './session.js';

const TYPING_MS = 350;

/**
 * Options as in README.md; also: name, before the names in the address when a
 * page has several lists; columns[].sort, a value of `order` (a name in the
 * query, 'Order') that a click on the head asks for; label, what the table is.
 * → {element, reload()}
 */
export function list(view, options) {
	const state = {view, options, rows: new Map(), token: '', stack: [], round: 0,
		next: undefined, updated: 0,
		name: suffix => (options.name ?? '') + suffix};
	build(state);
	state.reload = () => load(state);
	begin(state);
	view.onQuery(() => {
		readAddress(state);
		start(state);
	});
	return {element: state.element, reload: state.reload};
}

function build(state) {
	const {options: {columns, filters = [], actions = []}} = state;
	state.head = h('tr', null, columns.map(column => headCell(state, column)));
	state.body = h('tbody');
	state.table = h('table', null, h('thead', null, state.head), state.body);
	state.region = h('div', {class: 'table', role: 'region', tabindex: 0,
		'aria-label': label(state.options.label) ?? document.title}, state.table);
	state.note = h('div', {class: 'list-note'});
	state.foot = h('div', {class: 'list-foot'});
	state.said = h('div', {class: 'unseen', role: 'status'});
	state.inputs = filters.map(filter => makeFilter(state, filter));
	state.bar = h('div', {class: 'list-bar'},
		filters.length > 0 && h('div', {class: 'filters', role: 'search',
			'aria-label': text('list.filters')}, state.inputs.map(({element}) => element),
		filters.length > 2 && more(state)),
		actions.some(Boolean) && h('div', {class: 'actions'}, actions));
	state.element = h('div', {class: 'list'}, state.bar, state.region, state.note,
		state.foot, state.said);
	state.view.signal.addEventListener('abort', () => clearTimeout(state.typing));
}

/* The first answer and, with live, all that follow. */
function begin(state) {
	readAddress(state);
	if (state.options.live)
		state.poll = poll(state.view, state.options.live, () => load(state, true));
	else
		start(state);
}

function start(state) {
	load(state).catch(() => {});
}

function headCell(state, column) {
	const classes = {scope: 'col', class: [column.number && 'number', column.class]};
	if (!column.sort)
		return h('th', classes, label(column.key));
	const name = label(column.key);
	const cell = h('th', classes, h('button', {type: 'button', class: 'sort',
		title: text('list.sort', {column: name}), on: {click: () =>
			change(state, {[orderName(state)]: column.sort})}}, name, icon('down')));
	column.head = cell;
	return cell;
}

/* On narrow screens all but the first filter are behind this. */
function more(state) {
	const open = h('button', {type: 'button', class: 'button quiet more',
		'aria-expanded': String(isFiltered(state)), on: {click: () =>
			open.setAttribute('aria-expanded',
				String(open.getAttribute('aria-expanded') !== 'true'))}},
	icon('sliders'), text('list.filters'));
	return open;
}

function orderName(state) {
	return state.name(state.options.order ?? 'Order');
}

function makeFilter(state, filter) {
	const id = unique('filter');
	const name = state.name(filter.name);
	const set = value => change(state, {[name]: value});
	const later = event => {
		clearTimeout(state.typing);
		state.typing = setTimeout(() => set(event.target.value.trim()), TYPING_MS);
	};
	const soon = event => {
		clearTimeout(state.typing);
		set(event.target.value.trim());
	};
	const input = filter.choices ?
		h('select', {id, on: {change: soon}}, options(filter.choices)) :
		h('input', {id, type: filter.type ?? 'text', autocomplete: 'off', spellcheck:
			'false', placeholder: label(filter.placeholder), on: filter.type ===
			'search' || !filter.type ? {input: later, change: soon} : {change: soon}});
	return {name, input, filter, element: h('div', {class: ['filter', filter.class]},
		h('label', {for: id}, label(filter.key)), input)};
}

/* What a filter is when the address does not say. */
function preset({filter}) {
	return filter.value ?? filter.choices?.[0]?.[0] ?? '';
}

function readAddress(state) {
	const {query} = state.view;
	state.token = query[state.name('NextToken')] ?? '';
	state.stack = history.state?.[state.name('stack')] ?? [];
	for (const one of state.inputs) {
		const value = query[one.name] ?? preset(one);
		if (one.input !== document.activeElement || one.filter.choices)
			one.input.value = value;
	}
	showOrder(state);
}

function showOrder(state) {
	const order = state.view.query[orderName(state)];
	state.options.columns.forEach((column, n) => {
		if (!column.head)
			return;
		const isIt = order === undefined ? n === sortedFirst(state) :
			order === column.sort;
		if (isIt)
			column.head.setAttribute('aria-sort', column.ascending ? 'ascending' :
				'descending');
		else
			column.head.removeAttribute('aria-sort');
	});
}

function sortedFirst(state) {
	return state.options.columns.findIndex(column => column.sort && column.first);
}

/* New filters: the first page, and an entry of the history. */
function change(state, changes) {
	const {view} = state;
	const isNew = Object.entries(changes).some(([name, value]) =>
		(view.query[name] ?? '') !== (value ?? ''));
	if (!isNew)
		return;
	const typed = Object.keys(changes).every(name => state.inputs.some(one =>
		one.name === name && !one.filter.choices));
	const hadOne = Object.keys(changes).some(name => view.query[name]);
	view.setQuery({...changes, [state.name('NextToken')]: null},
		{replace: typed && hadOne});
	readAddress(state);
	start(state);
}

function turn(state, token, stack) {
	state.view.setQuery({[state.name('NextToken')]: token},
		{state: {[state.name('stack')]: stack}});
	readAddress(state);
	state.region.scrollIntoView({block: 'nearest'});
	start(state);
}

function asked(state) {
	const query = {};
	for (const one of state.inputs) {
		const value = state.view.query[one.name] ?? preset(one);
		if (value !== '')
			query[one.filter.name] = value;
	}
	const order = state.view.query[orderName(state)];
	if (order)
		query[state.options.order ?? 'Order'] = order;
	return query;
}

async function load(state, isQuiet = false) {
	const {view, options: given} = state;
	const round = state.round += 1;
	if (!isQuiet || state.updated === 0)
		wait(state);
	try {
		const {rows, next} = await given.load(asked(state), state.token || undefined,
			view.signal);
		if (round !== state.round || view.signal.aborted)
			return;
		state.next = next;
		state.updated = Date.now() / 1000;
		view.trouble(state, null);
		show(state, rows ?? []);
	} catch (error) {
		if (round !== state.round || view.signal.aborted)
			return;
		state.region.removeAttribute('aria-busy');
		fail(state, error);
		throw error;
	}
}

function wait(state) {
	state.region.setAttribute('aria-busy', 'true');
	if (state.updated !== 0)
		return;
	const columns = state.options.columns.length;
	replace(state.body, [1, 2, 3, 4, 5].map(() => h('tr', {class: 'waiting',
		'aria-hidden': 'true'}, Array.from({length: columns}, () =>
		h('td', null, h('span', {class: 'bone'}))))));
}

/* With rows on the page the fault stands above (poll); without, here. */
function fail(state, error) {
	if (state.updated !== 0 && state.options.live)
		return;
	if (error.name !== 'ApiError')
		console.error(error);
	error.isShown = true;
	state.rows.clear();
	replace(state.body);
	state.region.hidden = true;
	replace(state.foot);
	replace(state.note, notice('bad', text('error.title'),
		h('p', null, error.name === 'ApiError' ? error.message : text('error.page')),
		h('div', {class: 'actions'}, button(text('app.again'), () => start(state)),
			state.token && button(text('list.first'), () => turn(state, null, [])))));
}

function show(state, rows) {
	state.region.removeAttribute('aria-busy');
	state.region.hidden = rows.length === 0;
	place(state, rows);
	replace(state.note, rows.length === 0 && nothing(state));
	showFoot(state, rows);
	const said = text('list.rows', {count: rows.length});
	if (state.said.textContent !== said)
		replace(state.said, said);
}

/* Rows that stay keep their element, and what has the focus in it. */
function place(state, rows) {
	const old = state.rows;
	state.rows = new Map();
	const elements = rows.map((row, n) => {
		const id = String(state.options.id?.(row) ?? n);
		const known = old.get(id);
		const text = JSON.stringify(row);
		const element = known?.element ?? h('tr');
		if (known?.text !== text)
			fillRow(state, element, row);
		state.rows.set(id, {element, text});
		return element;
	});
	const present = [...state.body.children];
	if (present.length === elements.length && present.every((one, n) =>
		one === elements[n]))
		return;
	keepFocus(state, () => arrange(state.body, elements));
}

/* Moves as little as may be: an element that is moved loses the focus. */
function arrange(body, elements) {
	const wanted = new Set(elements);
	for (const element of [...body.children]) {
		if (!wanted.has(element))
			element.remove();
	}
	elements.forEach((element, n) => {
		if (body.children[n] !== element)
			body.insertBefore(element, body.children[n] ?? null);
	});
}

/* When its row is gone the focus goes to the list, not to the page's begin. */
function keepFocus({body, region}, act) {
	const focused = document.activeElement;
	const wasHere = body.contains(focused);
	act();
	if (wasHere && focused !== document.activeElement)
		(body.contains(focused) ? focused : region).focus({preventScroll: true});
}

const FOCUSABLE = 'a[href], button, input, select, summary';

function fillRow(state, element, row) {
	const focused = [...element.querySelectorAll(FOCUSABLE)]
		.indexOf(document.activeElement);
	replace(element, state.options.columns.map((column, n) => {
		const content = column.cell(row);
		const target = n === 0 && state.options.link?.(row);
		return h(n === 0 ? 'th' : 'td', {scope: n === 0 ? 'row' : null,
			class: [column.number && 'number', column.class],
			'data-label': label(column.key)},
		h('div', {class: 'cell'}, target ? h('a', {href: address(target,
			viewedAccount()), class: 'row-link'}, content) : content));
	}));
	if (focused >= 0)
		element.querySelectorAll(FOCUSABLE)[focused]?.focus({preventScroll: true});
}

function isFiltered(state) {
	return state.inputs.some(one => {
		const value = state.view.query[one.name];
		return value !== undefined && value !== '' && value !== preset(one);
	});
}

function nothing(state) {
	const {empty, none} = state.options;
	if (isFiltered(state) || state.token)
		return h('div', {class: 'empty'}, h('p', null, label(none ?? 'list.none')),
			h('div', {class: 'actions'}, button(text('list.clear'), () => clear(state))));
	return h('div', {class: 'empty'}, h('p', null, label(empty?.text ?? 'list.empty')),
		empty?.action && h('div', {class: 'actions'}, empty.action));
}

function clear(state) {
	const changes = {[state.name('NextToken')]: null};
	for (const one of state.inputs) {
		changes[one.name] = null;
		one.input.value = preset(one);
	}
	state.view.setQuery(changes);
	readAddress(state);
	start(state);
	state.inputs[0]?.input.focus();
}

function showFoot(state, rows) {
	const {token, stack, next, options: {live}} = state;
	const isPaged = token || next;
	const number = stack.length + 1;
	const focused = document.activeElement?.dataset?.turn;
	replace(state.foot,
		isPaged && h('nav', {class: 'pager', 'aria-label': text('list.pages')},
			pageButton('previous', 'list.previous', token !== '', () =>
				turn(state, stack.at(-1) || null, stack.slice(0, -1))),
			h('span', {class: 'quiet'}, token && stack.length === 0 ? '' :
				text('list.page', {number})),
			pageButton('next', 'list.next', Boolean(next), () =>
				turn(state, next, [...stack, token]))),
		live && rows.length > 0 && h('span', {class: 'spacer'}),
		live && rows.length > 0 && h('span', {class: 'updated quiet'}, freshness(state)));
	if (focused)
		state.foot.querySelector(`[data-turn="${focused}"]`)?.focus({preventScroll: true});
}

function pageButton(name, key, isThere, act) {
	return h('button', {type: 'button', class: 'button', disabled: !isThere,
		'data-turn': name, on: {click: act}}, text(key));
}

function freshness(state) {
	const [before, after] = text('live.updated', {ago: '\n'}).split('\n');
	return [before, time(state.updated), after];
}
