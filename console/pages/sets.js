// Configuration sets: list, create, delete.
import {h, replace} from '../dom.js';
import {call} from '../api.js';
import {text} from '../strings.js';
import {list} from '../list.js';
import {button, confirm, heading, toast} from '../parts.js';
import {pathOf} from './mail.js';

export const title = 'sets.title';

export async function show(view) {
	const create = () => button('sets.create', () => makeOne(view),
		{kind: 'primary', icon: 'plus'});
	const rows = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/v2/email/configuration-sets',
				{query: {NextToken: token, PageSize: 50}, signal});
			return {rows: answer.ConfigurationSets, next: answer.NextToken};
		},
		columns: [
			{key: 'sets.name', class: 'wide', cell: name => name},
			!view.isViewing && {key: 'mail.actions', class: 'narrow',
				cell: name => button('mail.delete', () =>
					removeSet(name, () => rows.reload()), {kind: 'quiet'})},
		].filter(Boolean),
		id: name => name,
		link: name => pathOf('sets', name),
		empty: {text: 'sets.empty', action: view.isViewing ? null : create()},
	});
	replace(view.root, heading(1, text(title), !view.isViewing && create()),
		h('p', {class: 'lead'}, text('sets.intro')), rows.element);
}

async function makeOne(view) {
	const values = await confirm({
		title: 'sets.create',
		fields: [{name: 'name', key: 'sets.name', type: 'text', required: true,
			hint: 'sets.name_hint', pattern: '[A-Za-z0-9_\\-]{1,64}', most: 64}],
		submit: 'sets.create',
		action: ({name}) => call('POST', '/v2/email/configuration-sets',
			{body: {ConfigurationSetName: name}}),
	});
	if (values !== null)
		view.go(pathOf('sets', values.name));
}

/** Asks, and deletes the set; done() after that. */
export async function removeSet(name, done) {
	const values = await confirm({
		title: text('sets.delete_title', {name}),
		body: 'sets.delete_text',
		submit: 'mail.delete',
		danger: true,
		action: () => call('DELETE',
			`/v2/email/configuration-sets/${encodeURIComponent(name)}`),
	});
	if (values !== null) {
		toast(text('mail.deleted', {name}));
		done();
	}
}
