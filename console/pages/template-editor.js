// The texts of a template and the data it is tried with; what is wrong stands at its
// place.
import {h, replace, unique} from '../dom.js';
import {text} from '../strings.js';
import {button} from '../parts.js';
import {exampleData, merged} from './placeholders.js';

const PARTS = ['Subject', 'Text', 'Html'];
const KEYS = {Subject: 'template.subject', Text: 'template.text',
	Html: 'template.html', Data: 'template.data'};
const ROWS = {Text: 9, Html: 14, Data: 8};

/**
 * values: Subject, Text, Html, Data (null: an example is made, and follows the
 * texts until somebody writes in it). → {element, values(), fill(values),
 * complain(failures), goTo(failure)}
 */
export function editor(values, isReadOnly, changed) {
	const state = {fields: {}, isOwnData: false, changed};
	for (const name of [...PARTS, 'Data'])
		state.fields[name] = field(state, name,
			isReadOnly && name !== 'Data');
	fill(state, values);
	return {
		element: h('div', {class: 'stack template-editor'},
			Object.values(state.fields).map(one => one.element)),
		values: () => read(state),
		fill: next => fill(state, next),
		complain: failures => complain(state, failures),
		goTo: failure => goTo(state, failure),
	};
}

function field(state, name, isReadOnly) {
	const id = unique(name);
	const common = {id, spellcheck: name === 'Text' ? null : 'false',
		autocomplete: 'off', readonly: isReadOnly,
		'aria-describedby': `${id}-wrong`, on: {input: () => edited(state, name)}};
	const input = name === 'Subject' ? h('input', {...common, type: 'text'}) :
		h('textarea', {...common, rows: ROWS[name],
			class: name === 'Text' ? null : 'mono'});
	const wrong = h('div', {class: 'field-wrong', id: `${id}-wrong`,
		'aria-live': 'polite'});
	const label = h('label', {for: id}, text(KEYS[name]));
	return {input, wrong, element: h('div', {class: 'field template-field'},
		name !== 'Data' ? label : h('div', {class: 'heading'}, label,
			button('template.fill', () => complete(state), {kind: 'quiet'})),
		input, name === 'Data' && h('p', {class: 'hint'},
			text('template.data_hint')), wrong)};
}

function read(state) {
	return Object.fromEntries(Object.entries(state.fields)
		.map(([name, {input}]) => [name, input.value]));
}

function fill(state, values) {
	for (const name of PARTS)
		state.fields[name].input.value = values[name] ?? '';
	state.isOwnData = values.Data !== null && values.Data !== undefined;
	if (state.isOwnData)
		state.fields.Data.input.value = values.Data;
	else
		follow(state);
}

function example(state) {
	return exampleData(PARTS.map(name => state.fields[name].input.value));
}

function follow(state) {
	state.fields.Data.input.value = JSON.stringify(example(state), null, 2);
}

function edited(state, name) {
	if (name === 'Data')
		state.isOwnData = true;
	else if (!state.isOwnData)
		follow(state);
	state.changed();
}

/* What somebody wrote stays; what is not JSON is left for him to mend. */
function complete(state) {
	const {input} = state.fields.Data;
	try {
		const data = JSON.parse(input.value.trim() || '{}');
		input.value = JSON.stringify(merged(data, example(state)), null, 2);
	} catch {
		input.focus();
	}
	state.changed();
}

/* ---- what is wrong ------------------------------------------------------------- */

function complain(state, failures) {
	for (const [name, {input, wrong}] of Object.entries(state.fields)) {
		const own = failures.filter(one => one.Part === name);
		const words = own.map(saying);
		if (wrong.dataset.said !== words.join('\n'))
			replace(wrong, own.map((one, n) => h('p', null, words[n], ' ',
				(one.Line || one.Attribute) && button('template.go',
					() => goTo(state, one), {kind: 'quiet'}))));
		wrong.dataset.said = words.join('\n');
		if (own.length > 0)
			input.setAttribute('aria-invalid', 'true');
		else
			input.removeAttribute('aria-invalid');
	}
}

/** What went wrong, in one sentence. */
export function saying(failure) {
	const {Attribute: name, Line: line, Column: column, Message: why} = failure;
	if (name)
		return text('template.missing', {name});
	return line ? text('template.wrong_at', {line, column, why}) :
		text('template.wrong', {why});
}

function goTo(state, failure) {
	const {input} = state.fields[failure.Part];
	const [from, to] = failure.Attribute ?
		placeOf(input.value, failure.Attribute) :
		offset(input.value, failure.Line, failure.Column);
	input.focus();
	input.setSelectionRange(from, to);
	if (input.scrollHeight > input.clientHeight) {
		const before = input.value.slice(0, from).split('\n').length - 1;
		const line = Number.parseFloat(getComputedStyle(input).lineHeight);
		input.scrollTop = Math.max(0, before * line - input.clientHeight / 2);
	}
}

/* Columns count characters, an input's offsets units of UTF-16. */
function offset(words, line = 1, column = 1) {
	const lines = words.split('\n');
	const start = lines.slice(0, line - 1)
		.reduce((sum, one) => sum + one.length + 1, 0);
	const own = [...lines[line - 1] ?? ''];
	const from = start + own.slice(0, column - 1).join('').length;
	return [from, Math.max(from, start + own.join('').length)];
}

/* The first tag that writes it. */
function placeOf(words, name) {
	const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	const found = new RegExp(`\\{\\{\\{?[~&\\s]*${escaped}[~\\s]*\\}`).exec(words);
	const from = found?.index ?? Math.max(0, words.indexOf(name));
	return [from, from + (found?.[0].length ?? name.length) + (found ? 1 : 0)];
}
