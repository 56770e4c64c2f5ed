// Asks before a page is left with what is not saved: by a link, a reload, a closed
// tab. Back cannot be held up; the page keeps a draft for that.
import {confirm} from '../parts.js';

/** isDirty() → whether there is something to lose. → {end()}: ask no more. */
export function guard(view, isDirty) {
	const state = {isOver: false};
	const unload = event => {
		if (!state.isOver && isDirty())
			event.preventDefault();
	};
	const click = event => {
		const anchor = event.target.closest?.('a[href]');
		if (state.isOver || !leaves(event, anchor) || !isDirty())
			return;
		event.preventDefault();
		event.stopPropagation();
		ask(state, anchor);
	};
	addEventListener('beforeunload', unload, {signal: view.signal});
	/* before the frame's own, which would go at once */
	document.addEventListener('click', click,
		{capture: true, signal: view.signal});
	return {end: () => {
		state.isOver = true;
	}};
}

function leaves(event, anchor) {
	return anchor && event.button === 0 && !event.metaKey && !event.ctrlKey &&
		!event.shiftKey && !event.altKey && !anchor.target &&
		!anchor.hasAttribute('download') &&
		anchor.origin === location.origin &&
		!(anchor.hash !== '' && anchor.pathname === location.pathname);
}

async function ask(state, anchor) {
	const answer = await confirm({title: 'unsaved.title', body: 'unsaved.text',
		submit: 'unsaved.leave', danger: true});
	if (answer === null)
		return;
	state.isOver = true;
	anchor.click();
}
