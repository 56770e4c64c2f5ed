// What happens again while somebody looks.
import {h} from './dom.js';
import {text} from './strings.js';

const MOST_MS = 20000;

/**
 * Calls f at once, then `milliseconds` after each end while the page is visible
 * and not left. An error shows above the page and f is called again, less often
 * the longer it lasts. → {now(), stop()}: now() calls f without waiting.
 */
export function poll(view, milliseconds, f) {
	const state = {timer: 0, failures: 0, running: false, over: false};
	const run = () => turn(view, milliseconds, f, state, run);
	const seen = () => {
		if (!document.hidden)
			run();
	};
	const stop = () => {
		state.over = true;
		clearTimeout(state.timer);
		document.removeEventListener('visibilitychange', seen);
	};
	document.addEventListener('visibilitychange', seen);
	view.signal.addEventListener('abort', stop, {once: true});
	if (view.signal.aborted)
		stop();
	else
		run();
	return {now: run, stop};
}

async function turn(view, milliseconds, f, state, again) {
	if (state.running || state.over)
		return;
	clearTimeout(state.timer);
	state.running = true;
	try {
		await f();
		state.failures = 0;
		view.trouble(f, null);
	} catch (error) {
		if (!view.signal.aborted) {
			state.failures += 1;
			view.trouble(f, error.isShown ? null : stale(error));
		}
	}
	state.running = false;
	if (state.over || document.hidden)
		return;
	const wait = milliseconds * 2 ** Math.min(state.failures, 5);
	state.timer = setTimeout(again, Math.max(milliseconds,
		Math.min(wait, MOST_MS)));
}

function stale(error) {
	if (error.name !== 'ApiError')
		console.error(error);
	return [h('strong', null, text('live.stale')), ' ', error.name === 'ApiError' ?
		error.message : text('error.page')];
}
