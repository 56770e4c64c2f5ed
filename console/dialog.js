// What stands over the page: dialogs, questions, short messages.
import {h, unique} from './dom.js';
import {text, label} from './strings.js';
import {icon} from './icons.js';
import {form} from './form.js';

/** A dialog. body: node, text or array. → {close(), element} */
export function dialog({title, body, closed}) {
	const name = unique('dialog');
	const shut = () => element.close();
	const element = h('dialog', {'aria-labelledby': name, class: 'dialog', on: {
		close: () => {
			element.remove();
			closed?.();
		},
	}},
	h('div', {class: 'dialog-head'}, h('h2', {id: name, tabindex: -1}, label(title)),
		h('button', {type: 'button', class: 'button quiet', on: {click: shut},
			'aria-label': text('part.close')}, icon('cross'))),
	h('div', {class: 'dialog-body'}, inParagraph(body)));
	document.body.append(element);
	element.showModal();
	/* where one goes on: the first field, or what the dialog says */
	(element.querySelector('.dialog-body :is(input:not([readonly]), select, textarea)') ??
		element.querySelector('h2')).focus();
	return {close: shut, element};
}

/**
 * Asks. → the values of the fields ({} without), or null. With action(values)
 * the dialog stays until it has ended well, and shows what it throws.
 */
export function confirm({title, body, submit, danger, fields = [], action}) {
	return new Promise(resolve => {
		let answer = null;
		const open = dialog({title, body: [inParagraph(body), form({fields, submit, danger,
			cancel: () => open.close(),
			action: async values => {
				await action?.(values);
				answer = values;
				open.close();
			}})], closed: () => resolve(answer)});
	});
}

function inParagraph(body) {
	return typeof body === 'string' ? h('p', null, label(body)) : body;
}

let shelf = null;

/** A short message that goes away by itself, and is read out. */
export function toast(words, kind = 'quiet') {
	shelf ??= h('div', {class: 'toasts', role: 'status', popover: 'manual'});
	if (!shelf.isConnected)
		document.body.append(shelf);
	const one = h('div', {class: ['toast', `kind-${kind}`]}, label(words));
	shelf.append(one);
	/* again on top of a dialog that was opened since */
	shelf.hidePopover?.();
	shelf.showPopover?.();
	setTimeout(() => {
		one.remove();
		if (shelf.childElementCount === 0)
			shelf.hidePopover?.();
	}, kind === 'bad' || kind === 'warn' ? 10000 : 5000);
}
