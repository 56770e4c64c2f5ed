// What a template makes of its data: subject, text, and HTML in a frame that the
// server shuts in.
import {h, replace, unique} from '../dom.js';
import {text} from '../strings.js';
import {button, card, notice, segments} from '../parts.js';
import {given} from './mail.js';
import {saying} from './template-editor.js';

/**
 * goTo(failure): where something is to be mended. → {element, show(answer,
 * values), fail(error)}; what is wrong in one part leaves the last good one.
 */
export function preview(view, goTo) {
	const state = {view, goTo, kind: 'Html', html: null,
		subject: h('div', {class: 'preview-subject'}),
		text: h('pre', {class: 'preview-text', tabindex: '0',
			'aria-label': text('template.text')}),
		frames: h('div', {class: 'preview-frames'}),
		wrong: h('div', {class: 'stack', role: 'status'})};
	state.switch = h('div');
	draw(state);
	return {
		element: card('template.preview', state.wrong, h('div', {class: 'preview'},
			h('div', {class: 'heading'}, state.subject, state.switch),
			state.frames, state.text)),
		show: (answer, values) => show(state, answer, values),
		fail: error => replace(state.wrong, notice('bad', 'mail.failed',
			error.name === 'ApiError' ? error.message : text('error.page'))),
	};
}

function draw(state) {
	replace(state.switch, segments({
		label: 'template.preview', value: state.kind,
		choices: [['Html', 'template.html_short'], ['Text', 'template.text_short']],
		change: kind => {
			state.kind = kind;
			choose(state);
		}}));
	choose(state);
}

function choose(state) {
	state.frames.hidden = state.kind !== 'Html';
	state.text.hidden = state.kind !== 'Text';
}

function show(state, answer, values) {
	const failures = answer.Failures ?? [];
	replace(state.wrong, failures.length > 0 && notice('warn', 'template.failures',
		failures.map(one => h('div', {class: 'row'},
			button(text(KEYS[one.Part]), () => state.goTo(one), {kind: 'quiet'}),
			h('span', null, saying(one))))));
	if (answer.Subject !== undefined)
		replace(state.subject, given(answer.Subject));
	if (answer.Text !== undefined || values.Text === '')
		replace(state.text, answer.Text === undefined ?
			text('template.no_text') : given(answer.Text));
	if (answer.Html !== undefined || values.Html === '')
		showHtml(state, answer.Html ?? '');
}

const KEYS = {Subject: 'template.subject', Text: 'template.text_short',
	Html: 'template.html_short', Data: 'template.data_short'};

/* A new frame for each: one that goes elsewhere would fill the browser's history.
 * The old one stays until the new one is there. */
function showHtml(state, html) {
	if (html === state.html)
		return;
	state.html = html;
	if (html === '') {
		replace(state.frames, h('p', {class: 'quiet'}, text('template.no_html')));
		return;
	}
	const name = unique('preview');
	const frame = h('iframe', {name, class: 'preview-frame waiting', sandbox: '',
		title: text('template.preview')});
	const sender = h('form', {method: 'post', action: '/console/preview',
		target: name, hidden: true},
	h('input', {type: 'hidden', name: 'csrf', value: state.view.session.Csrf}),
	h('textarea', {name: 'html', value: html}));
	state.frames.append(frame, sender);
	frame.addEventListener('load', () => {
		frame.classList.remove('waiting');
		while (frame.previousElementSibling)
			frame.previousElementSibling.remove();
	});
	sender.submit();
	sender.remove();
}
