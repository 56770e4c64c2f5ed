// Parts of a page that are asked for again and again: an element is made anew
// only when what it shows has changed, so that nothing flickers and no focus is
// lost.
import {h, replace} from '../dom.js';

/** render(data) → children. → {element, set(data)} */
export function slot(render, attributes = {class: 'stack'}) {
	const element = h('div', attributes);
	let known;
	return {element, set: data => {
		const now = JSON.stringify(data) ?? '';
		if (now === known)
			return;
		known = now;
		replace(element, render(data));
	}};
}
