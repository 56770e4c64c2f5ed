// Topics: list, create, delete.
import {h, replace} from '../dom.js';
import {sns} from '../api.js';
import {text} from '../strings.js';
import {list} from '../list.js';
import {button, confirm, heading, link, toast} from '../parts.js';
import {pathOf} from './mail.js';

export const title = 'topics.title';

/** The name that the topic's ARN ends with. */
export function nameOf(arn) {
	return arn.split(':').pop();
}

export async function show(view) {
	const create = () => button('topics.create', () => makeOne(view),
		{kind: 'primary', icon: 'plus'});
	const rows = list(view, {
		load: async (query, token, signal) => {
			const answer = await sns('ListTopics',
				token ? {NextToken: token} : {}, {signal});
			return {rows: answer.Topics ?? [], next: answer.NextToken};
		},
		columns: [
			{key: 'topics.name', class: 'wide', cell: row => nameOf(row.TopicArn)},
			{key: 'topics.arn', class: 'wide', cell: row =>
				h('code', {class: 'given'}, row.TopicArn)},
			!view.isViewing && {key: 'mail.actions', class: 'narrow',
				cell: row => button('mail.delete', () =>
					removeTopic(row.TopicArn, () => rows.reload()),
				{kind: 'quiet'})},
		].filter(Boolean),
		id: row => row.TopicArn,
		link: row => pathOf('topics', nameOf(row.TopicArn)),
		empty: {text: 'topics.empty', action: view.isViewing ? null : create()},
	});
	replace(view.root, heading(1, text(title), !view.isViewing && create()),
		h('p', {class: 'lead'}, text('topics.intro'), ' ',
			link('/console/dead-letters', null, text('topics.dead_letters'))),
		rows.element);
}

async function makeOne(view) {
	const values = await confirm({
		title: 'topics.create',
		fields: [
			{name: 'name', key: 'topics.name', type: 'text', required: true,
				hint: 'topics.name_hint', pattern: '[A-Za-z0-9_\\-]{1,256}',
				most: 256},
			{name: 'display', key: 'topics.display', type: 'text', most: 100,
				hint: 'topics.display_hint'},
		],
		submit: 'topics.create',
		action: ({name, display}) => sns('CreateTopic', {Name: name,
			Attributes: display ? {DisplayName: display} : {}}),
	});
	if (values !== null)
		view.go(pathOf('topics', values.name));
}

/** Asks, and deletes the topic with its subscriptions; done() after that. */
export async function removeTopic(arn, done) {
	const values = await confirm({
		title: text('topics.delete_title', {name: nameOf(arn)}),
		body: 'topics.delete_text',
		submit: 'mail.delete',
		danger: true,
		action: () => sns('DeleteTopic', {TopicArn: arn}),
	});
	if (values !== null) {
		toast(text('mail.deleted', {name: nameOf(arn)}));
		done();
	}
}
