// Templates: list, create, delete.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {list} from '../list.js';
import {button, confirm, heading, time, toast} from '../parts.js';
import {pathOf} from './mail.js';

export const title = 'templates.title';

export async function show(view) {
	const create = () => button('templates.create', () => makeOne(view),
		{kind: 'primary', icon: 'plus'});
	const rows = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/v2/email/templates',
				{query: {NextToken: token, PageSize: 50}, signal});
			return {rows: answer.TemplatesMetadata, next: answer.NextToken};
		},
		columns: [
			{key: 'templates.name', class: 'wide', cell: row => row.TemplateName},
			{key: 'templates.created', cell: row => time(row.CreatedTimestamp)},
			!view.isViewing && {key: 'mail.actions', class: 'narrow',
				cell: row => button('mail.delete', () =>
					removeTemplate(row.TemplateName, () => rows.reload()),
				{kind: 'quiet'})},
		].filter(Boolean),
		id: row => row.TemplateName,
		link: row => pathOf('templates', row.TemplateName),
		empty: {text: 'templates.empty',
			action: view.isViewing ? null : create()},
	});
	replace(view.root, heading(1, text(title), !view.isViewing && create()),
		h('p', {class: 'lead'}, text('templates.intro')), rows.element);
}

/* It begins with an example: a template cannot be empty. */
async function makeOne(view) {
	const values = await confirm({
		title: 'templates.create',
		fields: [{name: 'name', key: 'templates.name', type: 'text',
			required: true, hint: 'sets.name_hint',
			pattern: '[A-Za-z0-9_\\-]{1,64}', most: 64}],
		submit: 'templates.create',
		action: ({name}) => call('POST', '/v2/email/templates', {body: {
			TemplateName: name,
			TemplateContent: {
				Subject: text('templates.first_subject', {name: '{{name}}'}),
				Text: text('templates.first_text', {name: '{{name}}'}),
				Html: text('templates.first_html', {name: '{{name}}'}),
			}}}),
	});
	if (values !== null)
		view.go(pathOf('templates', values.name));
}

/** Asks, and deletes the template; done() after that. */
export async function removeTemplate(name, done) {
	const values = await confirm({
		title: text('templates.delete_title', {name}),
		body: 'templates.delete_text',
		submit: 'mail.delete',
		danger: true,
		action: () => call('DELETE',
			`/v2/email/templates/${encodeURIComponent(name)}`),
	});
	if (values !== null) {
		toast(text('mail.deleted', {name}));
		done();
	}
}
