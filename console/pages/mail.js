// What the pages of mail share: outcomes as badges, texts that strangers wrote,
// short lists. Calls nothing by itself.
import {h} from '../dom.js';
import {text} from '../strings.js';
import {badge} from '../parts.js';

/** Of a message and of a recipient: kind of the badge, key of the word. */
export const OUTCOMES = {
	DELIVERED: ['good', 'mail.delivered'],
	BOUNCED: ['bad', 'mail.bounced'],
	COMPLAINED: ['bad', 'mail.complained'],
	DELAYED: ['warn', 'mail.delayed'],
	REJECTED: ['bad', 'mail.rejected'],
	PENDING: ['quiet', 'mail.pending'],
};

/** A badge by a table as OUTCOMES; what it does not have is shown as it is. */
export function status(table, value) {
	const [kind, key] = table[value] ?? ['quiet', null];
	return badge(kind, key === null ? String(value) : text(key));
}

/** A text that came with mail: it may try to turn its neighbours around. */
export function given(words, ...classes) {
	return h('bdi', {class: ['given', ...classes]}, words);
}

/** Lines of another server, as they came. */
export function said(words) {
	const element = h('pre', {class: 'said'}, h('bdi', null, words));
	/* what has to be scrolled can be, by the keyboard, too */
	requestAnimationFrame(() => {
		if (element.scrollHeight > element.clientHeight)
			element.tabIndex = 0;
	});
	return element;
}

/** The path of a page of one thing, for link() and list(). */
export function pathOf(kind, name) {
	return `/console/${kind}/${encodeURIComponent(name)}`;
}

/** All rows of `member`, of a list that is short. load(NextToken) asks. */
export async function all(load, member) {
	const rows = [];
	let token;
	do {
		const answer = await load(token);
		rows.push(...answer[member] ?? []);
		token = answer.NextToken;
	} while (token);
	return rows;
}
