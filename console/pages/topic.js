// A topic: its name, who is told, a test, and what was told lately.
import {h, replace} from '../dom.js';
import {ApiError, call, sns} from '../api.js';
import {text} from '../strings.js';
import {poll} from '../live.js';
import {button, card, code, facts, heading, toast} from '../parts.js';
import {form} from '../form.js';
import {given} from './mail.js';
import {publications, startTest} from './topic-deliveries.js';
import {subscriptions} from './topic-subscriptions.js';
import {removeTopic} from './topics.js';

export const title = 'topic.title';

export async function show(view) {
	const {name} = view.params;
	const arn = await arnOf(view, name);
	const answer = await sns('GetTopicAttributes', {TopicArn: arn},
		{signal: view.signal});
	const page = {view, name, arn, test: h('div', {'aria-live': 'polite'}),
		recent: h('div')};
	const listeners = subscriptions(page);
	await listeners.reload();
	replace(view.root,
		heading(1, given(name), !view.isViewing && [
			button('topic.test', () => startTest(page), {icon: 'send'}),
			button('mail.delete', () => removeTopic(arn,
				() => view.go('/console/topics')), {kind: 'danger'})]),
		page.test, listeners.element, page.recent,
		settings(page, answer.Attributes ?? {}));
	watch(page);
}

/* Every ARN of the account differs in the name alone. */
async function arnOf(view, name) {
	const {Topics: [first]} = {Topics: [],
		...await sns('ListTopics', {}, {signal: view.signal})};
	if (first === undefined)
		throw new ApiError('NotFound', text('topic.gone', {name}), 404);
	return first.TopicArn.replace(/[^:]*$/, () => name);
}

function watch(page) {
	const path = `/sendward/topics/${encodeURIComponent(page.name)}/deliveries`;
	let drawn = '';
	poll(page.view, 5000, async () => {
		const answer = await call('GET', path, {signal: page.view.signal});
		const facet = JSON.stringify(answer.Publications);
		if (facet !== drawn)
			replace(page.recent, publications(answer.Publications));
		drawn = facet;
	});
}

function settings(page, attributes) {
	const rows = [h('div', {class: 'stack'},
		h('div', {class: 'quiet'}, text('topics.arn')), code(page.arn)), facts([
		page.view.isViewing && ['topics.display', given(attributes.DisplayName)],
		page.view.isViewing && ['topic.signature', attributes.SignatureVersion],
	].filter(Boolean))];
	if (page.view.isViewing)
		return card('topic.settings', rows);
	return card('topic.settings', rows, form({
		fields: [
			{name: 'DisplayName', key: 'topics.display', type: 'text', most: 100,
				value: attributes.DisplayName, hint: 'topics.display_hint'},
			{name: 'SignatureVersion', key: 'topic.signature', type: 'select',
				value: attributes.SignatureVersion, hint: 'topic.signature_hint',
				choices: [['1', 'topic.signature_1'], ['2', 'topic.signature_2']]},
		],
		submit: 'mail.save',
		action: async values => {
			for (const [name, value] of Object.entries(values))
				await sns('SetTopicAttributes', {TopicArn: page.arn,
					AttributeName: name, AttributeValue: value});
			toast('mail.saved', 'good');
		},
	}));
}
