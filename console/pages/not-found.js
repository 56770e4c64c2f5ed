// What is shown at an address without a page.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {heading, link} from '../parts.js';
import {start} from '../routes.js';

export const title = 'not_found.title';

export async function show(view) {
	replace(view.root, heading(1, text('not_found.title')),
		h('p', null, text('not_found.text')),
		h('p', null, link(start(view.session.Role), null, text('app.home'))));
}
