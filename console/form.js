// Forms: fields with labels and hints, what is wrong beside them, one button.
import {h, replace, unique} from './dom.js';
import {text, label} from './strings.js';
import {icon} from './icons.js';

/**
 * fields: [{name, key, type, choices, value, required, hint, pattern,
 * autocomplete, most, least, rows, placeholder, bare, check}]; check(value,
 * values) → what is wrong or nothing. action(values) may throw: shown here.
 * → the form's element; element.values() reads it, element.fail(message) shows.
 */
export function form({fields = [], submit, danger, action, cancel, extra}) {
	const places = fields.map(field => makeField(field));
	const failure = h('div', {class: 'form-failure', role: 'alert'});
	const send = h('button', {type: 'submit',
		class: ['button', danger ? 'danger' : 'primary']}, label(submit));
	const element = h('form', {class: 'form', novalidate: true, on: {
		submit: event => {
			event.preventDefault();
			run({element, places, failure, send, action});
		},
	}},
	places.map(place => place.element), failure,
	h('div', {class: 'actions'}, send,
		cancel && h('button', {type: 'button', class: 'button', on: {click: cancel}},
			text('part.cancel')), extra));
	element.values = () => read(places);
	element.fail = message => showFailure(failure, message);
	return element;
}

async function run({element, places, failure, send, action}) {
	if (element.getAttribute('aria-busy') === 'true')
		return;
	replace(failure);
	if (!check(places))
		return;
	element.setAttribute('aria-busy', 'true');
	send.setAttribute('aria-disabled', 'true');
	try {
		await action?.(read(places));
	} catch (error) {
		explain(error, places, failure);
	}
	element.removeAttribute('aria-busy');
	send.removeAttribute('aria-disabled');
}

function read(places) {
	return Object.fromEntries(places.map(place => [place.field.name, place.value()]));
}

function check(places) {
	const values = read(places);
	let first = null;
	for (const place of places) {
		const wrong = place.wrong(values);
		place.complain(wrong);
		if (wrong && first === null)
			first = place;
	}
	first?.input.focus();
	return first === null;
}

/* A message that names a field's member is shown beside that field. */
function explain(error, places, failure) {
	if (error.name === 'AbortError')
		return;
	const isOurs = error.name === 'ApiError' || error.name === 'FormError';
	if (!isOurs)
		console.error(error);
	const message = isOurs ? error.message : text('error.page');
	const place = places.find(({field}) => error.field === field.name ||
		(field.type !== 'checkbox' && new RegExp(`\\b${field.name}\\b`).test(message)));
	if (isOurs && place !== undefined) {
		place.complain(message);
		place.input.focus();
	} else {
		showFailure(failure, message);
	}
}

function showFailure(failure, message) {
	replace(failure, icon('alert'), h('span', null, message));
}

/** What an action throws to complain about a field. */
export function formError(field, message) {
	return Object.assign(new Error(message), {name: 'FormError', field});
}

function makeField(field) {
	const id = unique(`field-${field.name}`);
	const input = makeInput(field, id);
	const complaint = h('p', {class: 'field-wrong', id: `${id}-wrong`});
	const hint = field.hint &&
		h('p', {class: 'hint', id: `${id}-hint`}, label(field.hint));
	const isBox = field.type === 'checkbox';
	const title = h('label', {for: id}, label(field.key ?? field.name),
		!field.required && !isBox && !field.bare && field.type !== 'select' &&
		h('span', {class: 'quiet'}, ` (${text('form.optional')})`));
	input.setAttribute('aria-describedby',
		[hint && `${id}-hint`, `${id}-wrong`].filter(Boolean).join(' '));
	const place = {field, input,
		value: () => valueOf(field, input),
		wrong: values => wrongOf(field, input, values),
		complain: message => {
			replace(complaint, message ?? '');
			if (message)
				input.setAttribute('aria-invalid', 'true');
			else
				input.removeAttribute('aria-invalid');
		}};
	input.addEventListener('input', () => place.complain(null));
	place.element = h('div', {class: ['field', isBox && 'field-box']},
		isBox ? [h('div', {class: 'box'}, input, title)] : [title, shell(field, input)],
		hint, complaint);
	return place;
}

function makeInput(field, id) {
	const common = {id, name: field.name, required: field.required,
		'aria-required': field.required ? 'true' : null};
	if (field.type === 'select')
		return h('select', {...common, value: field.value ?? field.choices[0]?.[0]},
			options(field.choices));
	if (field.type === 'checkbox')
		return h('input', {...common, type: 'checkbox', checked: Boolean(field.value)});
	const words = {...common, value: field.value ?? '', placeholder: field.placeholder,
		autocomplete: field.autocomplete ?? 'off', spellcheck: field.type ===
		'textarea' ? null : 'false', autocapitalize: 'off'};
	if (field.type === 'textarea')
		return h('textarea', {...words, rows: field.rows ?? 5});
	/* texts that are numbers: inputs of that type lose what is not one */
	return h('input', {...words, type: field.type === 'number' ? 'text' :
		field.type ?? 'text', inputmode: field.type === 'number' ? 'decimal' :
		field.inputmode});
}

/** Options of a select: [[value, words], …]. */
export function options(choices) {
	return choices.map(([value, words]) =>
		h('option', {value}, label(words ?? value)));
}

/* A password can be looked at. */
function shell(field, input) {
	if (field.type !== 'password')
		return input;
	const words = h('span', null, text('form.show_password'));
	const eye = h('button', {type: 'button', class: 'button quiet', 'aria-controls':
		input.id, on: {click: () => {
			const isHidden = input.type === 'password';
			input.type = isHidden ? 'text' : 'password';
			replace(words, text(isHidden ? 'form.hide_password' : 'form.show_password'));
		}}}, words);
	return h('div', {class: 'with-button'}, input, eye);
}

function valueOf(field, input) {
	if (field.type === 'checkbox')
		return input.checked;
	if (field.type === 'password' || field.type === 'textarea')
		return input.value;
	const value = input.value.trim();
	if (field.type !== 'number')
		return value;
	return value === '' ? undefined : numberOf(value);
}

/* 50,000 and 50 000 are what people write for 50000. */
function numberOf(value) {
	const isGrouped = /^-?\d{1,3}(?:[,\s]\d{3})+(?:\.\d+)?$/.test(value);
	return Number(isGrouped ? value.replace(/[,\s]/g, '') : value);
}

function wrongOf(field, input, values) {
	const value = values[field.name];
	const isEmpty = value === '' || value === undefined || value === false;
	if (isEmpty)
		return field.required ? text('form.required') :
			field.check?.(value, values);
	const wrong = field.type === 'number' ? wrongNumber(field, value) :
		wrongText(field, value);
	return wrong ?? field.check?.(value, values);
}

function wrongNumber(field, value) {
	if (!Number.isFinite(value))
		return text('form.number');
	if (field.least !== undefined && value < field.least)
		return text('form.low', {least: field.least});
	if (field.most !== undefined && value > field.most)
		return text('form.high', {most: field.most});
	return undefined;
}

function wrongText(field, value) {
	if (typeof value !== 'string')
		return undefined;
	if (field.most !== undefined && value.length > field.most)
		return text('form.long', {most: field.most});
	if (field.type === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value))
		return text('form.email');
	if (field.pattern && !new RegExp(`^(?:${field.pattern.source ?? field.pattern})$`, 'u')
		.test(value))
		return field.wrong ? label(field.wrong) : text('form.pattern');
	return undefined;
}
