// A template: its texts, data to try it with, and what comes out, while it is written.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {badge, button, heading, notice, toast} from '../parts.js';
import {given} from './mail.js';
import {guard} from './unsaved.js';
import {editor} from './template-editor.js';
import {preview} from './template-preview.js';
import {removeTemplate} from './templates.js';

export const title = 'template.title';

const TYPING_MS = 300;

/* What was written and not saved, for those who went away by Back. */
const drafts = new Map();

export async function show(view) {
	const {name} = view.params;
	const path = `/v2/email/templates/${encodeURIComponent(name)}`;
	const answer = await call('GET', path, {signal: view.signal});
	const saved = {Subject: '', Text: '', Html: '', ...answer.TemplateContent};
	const place = `${view.account}/${name}`;
	const page = {view, name, path, saved, place, draft: drafts.get(place),
		state: h('span', {role: 'status'})};
	page.editor = editor(page.draft ?? {...saved, Data: null}, view.isViewing,
		() => changed(page));
	page.preview = preview(view, failure => page.editor.goTo(failure));
	page.guard = guard(view, () => isDirty(page));
	replace(view.root, head(page),
		page.draft && restored(page),
		h('div', {class: 'template'}, page.editor.element,
			page.preview.element));
	mark(page);
	await render(page);
}

function head(page) {
	const {view} = page;
	return heading(1, given(page.name), page.state, !view.isViewing && [
		button('mail.save', () => save(page), {kind: 'primary'}),
		button('mail.delete', () => removeTemplate(page.name, () => {
			forget(page);
			view.go('/console/templates');
		}), {kind: 'danger'})]);
}

function restored(page) {
	const box = notice('quiet', 'template.restored', h('div', {class: 'actions'},
		button('template.discard', () => {
			drafts.delete(page.place);
			page.editor.fill({...page.saved, Data: null});
			box.remove();
			changed(page);
		})));
	return box;
}

function isDirty(page) {
	const now = page.editor.values();
	return ['Subject', 'Text', 'Html'].some(part =>
		now[part] !== page.saved[part]);
}

function mark(page) {
	if (page.view.isViewing)
		return;
	const words = isDirty(page) ? badge('warn', text('template.unsaved')) :
		badge('good', text('template.saved'));
	if (page.state.textContent !== words.textContent)
		replace(page.state, words);
}

function forget(page) {
	drafts.delete(page.place);
	page.guard.end();
}

function changed(page) {
	if (isDirty(page))
		drafts.set(page.place, page.editor.values());
	else
		drafts.delete(page.place);
	mark(page);
	clearTimeout(page.typing);
	page.typing = setTimeout(() => render(page), TYPING_MS);
}

/* The newest question's answer counts. */
async function render(page) {
	const {view} = page;
	const values = page.editor.values();
	page.asked?.abort();
	page.asked = new AbortController();
	const signal = AbortSignal.any([view.signal, page.asked.signal]);
	try {
		const answer = await call('POST', '/sendward/renderings',
			{body: values, signal});
		if (signal.aborted)
			return;
		page.editor.complain(answer.Failures ?? []);
		page.preview.show(answer, values);
	} catch (error) {
		if (!signal.aborted)
			page.preview.fail(error);
	}
}

async function save(page) {
	const {Subject, Text, Html} = page.editor.values();
	await call('PUT', page.path, {body: {TemplateContent:
		Object.fromEntries(Object.entries({Subject, Text, Html})
			.filter(([, value]) => value !== ''))}});
	page.saved = {Subject, Text, Html};
	drafts.delete(page.place);
	mark(page);
	toast('mail.saved', 'good');
}
