// Shows the page of the address: loads its module, gives it a view, says what
// went wrong. The table is in routes.js.
import {h, replace} from './dom.js';
import {text} from './strings.js';
import {ApiError, search} from './api.js';
import {session, viewedAccount, setViewedAccount} from './session.js';
import {BASE, match, address, isFor, start} from './routes.js';
import {notice, button, link, heading} from './parts.js';

const frame = {main: null, changed: null};
let page = null;
let place = '';
const scrolls = new Map();

/**
 * Begins to follow addresses. main: the element that pages fill; changed(match)
 * is called at each new page, for what stands around it. isFirst: the focus stays
 * where the browser has it.
 */
export function begin(main, changed, isFirst) {
	if (frame.main === null)
		listen();
	frame.main = main;
	frame.changed = changed;
	return render({isFirst});
}

/** Leaves the page that is shown, as when the session has ended. */
export function leave() {
	page?.abort.abort();
	page = null;
	for (const open of document.querySelectorAll('dialog[open]'))
		open.close();
}

/** Goes to a path as address() takes it. */
export function go(path, query) {
	const target = address(path, viewedAccount()) + search(query);
	history.pushState({key: fresh()}, '', target);
	return render({});
}

function listen() {
	history.scrollRestoration = 'manual';
	if (!history.state?.key)
		history.replaceState({...history.state, key: fresh()}, '');
	document.addEventListener('click', follow);
	addEventListener('popstate', () => {
		if (frame.main?.isConnected)
			moved();
	});
	addEventListener('scroll', () => scrolls.set(history.state?.key, scrollY),
		{passive: true});
}

function fresh() {
	return Math.random().toString(36).slice(2);
}

/* A click on a link of ours changes the page without a load. */
function follow(event) {
	const anchor = event.target.closest?.('a[href]');
	if (!anchor || event.defaultPrevented || event.button !== 0 ||
		event.metaKey || event.ctrlKey || event.shiftKey || event.altKey ||
		anchor.target || anchor.hasAttribute('download') ||
		anchor.origin !== location.origin || !frame.main?.isConnected)
		return;
	const isSamePage = anchor.hash !== '' && anchor.pathname === location.pathname;
	if (isSamePage || match(anchor.pathname).route === null)
		return;
	event.preventDefault();
	if (anchor.href !== location.href)
		history.pushState({key: fresh()}, '', anchor.href);
	render({});
}

/* Back and forward: within a page it may follow by itself. */
function moved() {
	if (page !== null && location.pathname === place && page.listeners.size > 0) {
		refill(page.view.query);
		for (const listener of page.listeners)
			listener();
		return;
	}
	render({isBack: true});
}

function refill(query) {
	for (const name of Object.keys(query))
		delete query[name];
	Object.assign(query, Object.fromEntries(new URLSearchParams(location.search)));
}

async function render({isFirst = false, isBack = false}) {
	leave();
	const {SignedIn, Role} = session();
	if (!SignedIn)
		return;
	if (location.pathname === BASE && Role === 'OPERATOR')
		history.replaceState(history.state, '', start(Role));
	const found = match(location.pathname);
	place = location.pathname;
	setViewedAccount(Role === 'OPERATOR' ? found.viewed : '');
	frame.changed(found);
	const mine = page = prepare(found);
	replace(frame.main, mine.troubles, mine.skeleton, mine.view.root);
	arrive(mine, {isFirst, isBack});
	await fill(mine, found);
}

function prepare(found) {
	const abort = new AbortController();
	const root = h('div', {class: 'page'});
	const query = {};
	refill(query);
	const mine = {abort, listeners: new Set(), messages: new Map(),
		troubles: h('div', {class: 'troubles', 'aria-live': 'polite'}),
		skeleton: skeleton()};
	mine.view = {
		root, query, params: found.params, signal: abort.signal,
		session: session(), isViewing: viewedAccount() !== '',
		account: viewedAccount() || session().AccountName || '',
		go, setQuery: (changes, options) => setQuery(mine, changes, options),
		/* for live.js and list.js */
		onQuery: listener => mine.listeners.add(listener),
		trouble: (owner, content) => trouble(mine, owner, content),
	};
	if (found.route?.role === 'OPERATOR')
		mine.view.account = '';
	return mine;
}

/* options.replace: no entry of its own in the history; options.state: kept with
 * the entry. */
function setQuery(mine, changes, {replace: isSame = false, state = {}} = {}) {
	if (mine.abort.signal.aborted)
		return;
	const {query} = mine.view;
	for (const [name, value] of Object.entries(changes)) {
		if (value === null || value === undefined || value === '')
			delete query[name];
		else
			query[name] = String(value);
	}
	const target = location.pathname + search(query);
	if (isSame)
		history.replaceState({...history.state, ...state}, '', target);
	else
		history.pushState({key: fresh(), ...state}, '', target);
}

function trouble(mine, owner, content) {
	if (content === null)
		mine.messages.delete(owner);
	else
		mine.messages.set(owner, content);
	/* the same fault of several parts is said once */
	const texts = new Map([...mine.messages.values()].map(nodes =>
		[nodes.map(node => node.textContent ?? node).join(''), nodes]));
	if (mine.said === [...texts.keys()].join('\n'))
		return;
	mine.said = [...texts.keys()].join('\n');
	replace(mine.troubles, [...texts.values()].map(nodes =>
		h('p', {class: 'trouble'}, nodes)));
}

function skeleton() {
	return h('div', {class: 'skeleton', role: 'status'},
		h('span', {class: 'unseen'}, text('app.loading')),
		[1, 2, 3, 4].map(() => h('div', {class: 'bone', 'aria-hidden': 'true'})));
}

/* The skeleton goes and the focus comes when the page has put something there. */
function arrive(mine, {isFirst, isBack}) {
	const {root, signal} = mine.view;
	const watch = new MutationObserver(() => {
		mine.skeleton.remove();
		const title = root.querySelector('h1');
		if (title === null)
			return;
		watch.disconnect();
		document.title = `${title.firstChild?.textContent ?? ''} · ${text('app.name')}`;
		title.tabIndex = -1;
		if (!isFirst)
			title.focus({preventScroll: true});
	});
	watch.observe(root, {childList: true, subtree: true});
	signal.addEventListener('abort', () => watch.disconnect());
	if (isBack)
		restoreScroll(mine);
	else if (!isFirst)
		scrollTo(0, 0);
}

/* Content comes late: wait until the page is as tall as it was. */
function restoreScroll({view}) {
	const wanted = scrolls.get(history.state?.key) ?? 0;
	const stop = () => watch.disconnect();
	const watch = new ResizeObserver(() => {
		if (document.documentElement.scrollHeight >= wanted + innerHeight) {
			stop();
			scrollTo(0, wanted);
		}
	});
	watch.observe(view.root);
	setTimeout(stop, 2000);
	for (const type of ['wheel', 'touchmove', 'keydown'])
		addEventListener(type, stop, {once: true, passive: true});
	view.signal.addEventListener('abort', stop);
}

async function fill(mine, {route, viewed}) {
	const {view} = mine;
	if (route !== null && !isFor(route, session().Role, viewed)) {
		forbidden(view, route);
		return;
	}
	const name = route === null ? 'not-found' : route.module;
	try {
		const module = await import(`./pages/${name}.js`).catch(unreached);
		if (view.signal.aborted)
			return;
		document.title = `${text(module.title)} · ${text('app.name')}`;
		await module.show(view);
	} catch (error) {
		if (!view.signal.aborted)
			failed(view, error);
	}
	if (!view.signal.aborted)
		mine.skeleton.remove();
}

/* A module that does not come is the server's absence, as for a call. */
function unreached(error) {
	throw error.name === 'TypeError' ?
		new ApiError('Network', text('error.network'), 0) : error;
}

function forbidden(view, route) {
	const isOperator = session().Role === 'OPERATOR';
	replace(view.root, heading(1, text('error.forbidden_title')),
		notice('warn', '', h('p', null, text(isOperator && route.role === 'ACCOUNT' ?
			'error.forbidden_account' : 'error.forbidden_operator')),
		h('p', null, isOperator ?
			link('operator/accounts', null, text('error.forbidden_choose')) :
			link(start(session().Role), null, text('app.home')))));
}

function failed(view, error) {
	if (error.name !== 'ApiError')
		console.error(error);
	const isGone = error.status === 404;
	const why = error.name === 'ApiError' ? error.message : text('error.page');
	replace(view.root,
		heading(1, text(isGone ? 'error.gone_title' : 'error.title')),
		notice(isGone ? 'quiet' : 'bad', '',
			h('p', null, why),
			isGone && h('p', null, text('error.gone')),
			error.status === 403 && h('p', null, text('error.denied')),
			h('div', {class: 'actions'},
				button(text('app.again'), () => render({})),
				link(start(session().Role), null, text('app.home')))));
}
