// Small things that pages are made of. Words may be texts, names of texts or
// nodes.
import {h, replace} from './dom.js';
import {text, label} from './strings.js';
import {search} from './api.js';
import {viewedAccount} from './session.js';
import {address} from './routes.js';
import {icon} from './icons.js';
import {number, percent, bytes, relative, date, dateUtc} from './format.js';
import {dialog, confirm, toast} from './dialog.js';
import {meter} from './meter.js';

export {number, percent, bytes, relative, date, dateUtc, dialog, confirm, toast,
	meter, icon};

const signs = {good: 'check', warn: 'alert', bad: 'cross', quiet: 'dot'};

/** A state: word, sign and colour. kind: good, warn, bad, quiet. */
export function badge(kind, ...words) {
	return h('span', {class: ['badge', `kind-${kind}`]}, icon(signs[kind]),
		h('span', null, words.map(label)));
}

/**
 * A button. action may be a promise's: the button waits, an ApiError is shown.
 * kind: primary, danger, quiet; icon: a name of icons.js.
 */
export function button(words, action, {kind, icon: sign, disabled, label: name} = {}) {
	const element = h('button', {type: 'button', disabled,
		class: ['button', kind], 'aria-label': name, on: {click: () => press(element, action)}},
	sign && icon(sign), words && h('span', null, label(words)));
	return element;
}

async function press(element, action) {
	if (element.getAttribute('aria-busy') === 'true')
		return;
	element.setAttribute('aria-busy', 'true');
	try {
		await action();
	} catch (error) {
		if (error.name !== 'ApiError' && error.name !== 'AbortError')
			console.error(error);
		if (error.name !== 'AbortError')
			toast(error.name === 'ApiError' ? error.message : text('error.page'), 'bad');
	}
	element.removeAttribute('aria-busy');
}

/** A button that copies the text. */
export function copy(value, words = 'part.copy') {
	const said = h('span', null, label(words));
	const sign = h('span', {class: 'sign'}, icon('copy'));
	const done = h('span', {class: 'unseen', role: 'status'});
	const act = async () => {
		try {
			await navigator.clipboard.writeText(String(value));
		} catch {
			if (!copyOldWay(String(value)))
				return toast(text('part.copy_failed'), 'warn');
		}
		replace(sign, icon('check'));
		replace(done, text('part.copied'));
		setTimeout(() => {
			replace(sign, icon('copy'));
			replace(done);
		}, 2000);
	};
	return h('button', {type: 'button', class: 'button copy', on: {click: act}},
		sign, said, done);
}

/* Without TLS a browser has no clipboard for pages. */
function copyOldWay(value) {
	const area = h('textarea', {class: 'unseen', value, readonly: true});
	const back = document.activeElement;
	(back?.closest('dialog') ?? document.body).append(area);
	area.select();
	const isDone = document.execCommand('copy');
	area.remove();
	back?.focus();
	return isDone;
}

/** A value that can be copied, in letters of one width. */
export function code(value) {
	return h('span', {class: 'copyable'}, h('code', null, value), copy(value));
}

/** A value that is shown once. words: what it is. */
export function secret(value, words) {
	return h('div', {class: 'secret'},
		words && h('div', {class: 'secret-name'}, label(words)),
		h('div', {class: 'copyable'}, h('code', null, value), copy(value)),
		h('p', {class: 'hint'}, text('part.secret_once')));
}

/** When: relative, with the date and UTC as title. */
export function time(seconds) {
	if (!seconds)
		return h('span', {class: 'quiet'}, '–');
	return h('time', {datetime: new Date(seconds * 1000).toISOString(),
		title: `${date(seconds)}\n${dateUtc(seconds)}`, 'data-at': seconds},
	relative(seconds));
}

/** Writes all relative times of the document anew. */
export function refreshTimes() {
	for (const element of document.querySelectorAll('time[data-at]')) {
		const now = relative(Number(element.dataset.at));
		if (element.textContent !== now)
			element.textContent = now;
	}
}

/** A box that says something. kind: good, warn, bad, quiet. */
export function notice(kind, title, ...children) {
	return h('div', {class: ['notice', `kind-${kind}`],
		role: kind === 'bad' ? 'alert' : null},
	icon(kind === 'quiet' ? 'info' : signs[kind]),
	h('div', {class: 'notice-text'},
		title && h('strong', {class: 'notice-title'}, label(title)), children));
}

/** Work that goes on: fraction 0 to 1, null when nobody knows. */
export function progress(fraction, words) {
	const id = `progress-${Math.random().toString(36).slice(2)}`;
	const isKnown = fraction !== null && fraction !== undefined;
	return h('div', {class: 'progress'},
		h('label', {for: id}, label(words) ?? text('part.working')),
		h('progress', {id, max: 1, value: isKnown ? Number(fraction) : null}),
		isKnown && h('span', {class: 'number'}, percent(fraction)));
}

/** A link within the console: path as address() takes it, query an object. */
export function link(path, query, ...children) {
	return h('a', {href: href(path, query)}, children);
}

/** The address that link() leads to. */
export function href(path, query) {
	return address(path, viewedAccount()) + search(query);
}

/** A heading; aside: what stands at its other end, as buttons. */
export function heading(level, words, ...aside) {
	const title = h(`h${level}`, null, words);
	return aside.flat().some(Boolean) ? h('div', {class: 'heading'}, title,
		h('div', {class: 'actions'}, aside)) : title;
}

/** A part of a page. title may be left out (null), or an element of heading(). */
export function card(title, ...children) {
	return h('section', {class: 'card'},
		title && (title instanceof Node ? title : h('h2', null, label(title))),
		children);
}

/** What opens. */
export function details(summary, ...children) {
	return h('details', null, h('summary', null, label(summary)),
		h('div', {class: 'details'}, children));
}

/** Names and values: [[words, value], …]; those with a null value are left out. */
export function facts(pairs) {
	return h('dl', {class: 'facts'}, pairs
		.filter(([, value]) => value !== null && value !== undefined && value !== false)
		.map(([words, value]) => h('div', null, h('dt', null, label(words)),
			h('dd', null, value))));
}

/** A small table. columns: [{key, cell: row => …, number?, class?}]. */
export function table({columns, rows, label: words}) {
	return h('div', {class: 'table', role: 'region', tabindex: 0,
		'aria-label': label(words)}, h('table', null,
		h('thead', null, h('tr', null, columns.map(column =>
			h('th', {scope: 'col', class: [column.number && 'number', column.class]},
				label(column.key))))),
		h('tbody', null, rows.map(row => h('tr', null, columns.map(column =>
			h('td', {class: [column.number && 'number', column.class],
				'data-label': label(column.key)},
			h('div', {class: 'cell'}, column.cell(row)))))))));
}

/** One of a few: choices [[value, words], …]; change(value). */
export function segments({label: words, value, choices, change}) {
	const group = h('div', {class: 'segments', role: 'group', 'aria-label': label(words)},
		choices.map(([one, name]) => h('button', {type: 'button', value: one,
			'aria-pressed': String(one === value), on: {click: () => {
				for (const other of group.children)
					other.setAttribute('aria-pressed', String(other.value === one));
				change(one);
			}}}, label(name))));
	return group;
}
