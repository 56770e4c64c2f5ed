// Steps in their order: which are done, which is next.
import {h} from '../dom.js';
import {text} from '../strings.js';
import {icon} from '../parts.js';

/** all: [{state: 'done'|'now'|'later', title, body}] */
export function steps(all) {
	return h('ol', {class: 'steps'}, all.map(({state, title, body}, n) =>
		h('li', {class: `step-${state}`, 'aria-current': state === 'now' ?
			'step' : null},
		h('span', {class: 'step-sign'}, state === 'done' ? [icon('check'),
			h('span', {class: 'unseen'}, text('steps.done'))] : n + 1),
		h('div', null, h('strong', null, title), body && h('p', null, body)))));
}
