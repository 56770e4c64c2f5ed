// Whom a configuration set tells of what: added, changed, removed. Events go to
// topics alone here.
import {h} from '../dom.js';
import {call, sns} from '../api.js';
import {text} from '../strings.js';
import {confirm, dialog, link} from '../parts.js';
import {formError} from '../form.js';
import {all} from './mail.js';

/** What can happen, and is told of. */
export const KINDS = {
	SEND: 'kind.send',
	DELIVERY: 'kind.delivery',
	DELIVERY_DELAY: 'kind.delay',
	BOUNCE: 'kind.bounce',
	COMPLAINT: 'kind.complaint',
	REJECT: 'kind.reject',
	RENDERING_FAILURE: 'kind.rendering_failure',
};
const FIRST = ['BOUNCE', 'COMPLAINT', 'REJECT'];

/** page: of set.js, {view, name, path, reload()}. */
export async function addDestination(page) {
	const topics = await topicsOf(page);
	if (topics.length === 0) {
		dialog({title: 'set.add_destination', body: [
			h('p', null, text('set.no_topics')),
			h('p', null, link('/console/topics', null, text('set.to_topics')))]});
		return;
	}
	await write(page, topics, null);
}

export async function changeDestination(page, row) {
	await write(page, await topicsOf(page), row);
}

export async function removeDestination(page, row) {
	const values = await confirm({
		title: text('set.remove_title', {name: row.Name}),
		body: 'set.remove_text',
		submit: 'mail.delete',
		danger: true,
		action: () => call('DELETE', pathOfOne(page, row.Name)),
	});
	if (values !== null)
		await page.reload();
}

async function topicsOf(page) {
	const rows = await all(token => sns('ListTopics',
		token ? {NextToken: token} : {}, {signal: page.view.signal}), 'Topics');
	return rows.map(row => row.TopicArn);
}

function pathOfOne(page, name) {
	return `${page.path}/event-destinations/${encodeURIComponent(name)}`;
}

/* row: what is there; null: a new one */
async function write(page, topics, row) {
	const values = await confirm({
		title: row === null ? 'set.add_destination' :
			text('set.change_title', {name: row.Name}),
		fields: fields(topics, row),
		submit: 'mail.save',
		action: async answer => {
			const definition = definitionOf(answer);
			if (definition.MatchingEventTypes.length === 0)
				throw formError('SEND', text('set.no_kinds'));
			await (row === null ?
				call('POST', `${page.path}/event-destinations`, {body: {
					EventDestinationName: answer.name,
					EventDestination: definition}}) :
				call('PUT', pathOfOne(page, row.Name),
					{body: {EventDestination: definition}}));
		},
	});
	if (values !== null)
		await page.reload();
}

function definitionOf(values) {
	return {
		Enabled: values.enabled,
		MatchingEventTypes: Object.keys(KINDS).filter(kind => values[kind]),
		SnsDestination: {TopicArn: values.topic},
	};
}

function fields(topics, row) {
	const kinds = row?.MatchingEventTypes ?? FIRST;
	return [
		row === null && {name: 'name', key: 'set.destination', type: 'text',
			required: true, pattern: '[A-Za-z0-9_\\-]{1,64}', most: 64,
			hint: 'sets.name_hint'},
		{name: 'topic', key: 'set.topic', type: 'select', required: true,
			value: row?.SnsDestination?.TopicArn ?? topics[0],
			choices: topics.map(arn => [arn, arn.split(':').pop()])},
		...Object.entries(KINDS).map(([name, key]) => ({name, key,
			type: 'checkbox', value: kinds.includes(name)})),
		{name: 'enabled', key: 'set.enabled_long', type: 'checkbox',
			value: row?.Enabled ?? true},
	].filter(Boolean);
}
