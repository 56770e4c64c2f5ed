// The table of pages, and addresses: which page one names, how one is written.
// Nothing here touches the browser.

export const BASE = '/console/';

/* path, module, who may see it (ACCOUNT, OPERATOR, '' anybody who is signed in);
 * and for those in the navigation: group, words, drawing */
const rows = [
	['', 'dashboard', 'ACCOUNT', 'nav.sending', 'nav.dashboard', 'gauge'],
	['identities', 'identities', 'ACCOUNT', 'nav.sending', 'nav.identities', 'globe'],
	['identities/:name', 'identity', 'ACCOUNT'],
	['credentials', 'credentials', 'ACCOUNT', 'nav.sending', 'nav.credentials', 'key'],
	['send', 'send', 'ACCOUNT', 'nav.sending', 'nav.send', 'send'],
	['templates', 'templates', 'ACCOUNT', 'nav.sending', 'nav.templates', 'file'],
	['templates/:name', 'template', 'ACCOUNT'],
	['messages', 'messages', 'ACCOUNT', 'nav.events', 'nav.messages', 'mail'],
	['messages/:id', 'message', 'ACCOUNT'],
	['suppressions', 'suppressions', 'ACCOUNT', 'nav.events', 'nav.suppressions', 'ban'],
	['sets', 'sets', 'ACCOUNT', 'nav.events', 'nav.sets', 'sliders'],
	['sets/:name', 'set', 'ACCOUNT'],
	['topics', 'topics', 'ACCOUNT', 'nav.events', 'nav.topics', 'bell'],
	['topics/:name', 'topic', 'ACCOUNT'],
	['dead-letters', 'dead-letters', 'ACCOUNT', 'nav.events', 'nav.dead_letters', 'inbox'],
	['production', 'production', 'ACCOUNT', 'nav.account', 'nav.production', 'flag'],
	['exports', 'exports', 'ACCOUNT', 'nav.account', 'nav.exports', 'download'],
	['operator', 'summary', 'OPERATOR', 'nav.operator', 'nav.summary', 'gauge'],
	['operator/accounts', 'accounts', 'OPERATOR', 'nav.operator', 'nav.accounts', 'users'],
	['operator/accounts/:name', 'account', 'OPERATOR'],
	['operator/requests', 'requests', 'OPERATOR', 'nav.operator', 'nav.requests', 'flag'],
	['operator/users', 'users', 'OPERATOR', 'nav.operator', 'nav.users', 'key'],
	['operator/pools', 'pools', 'OPERATOR', 'nav.system', 'nav.pools', 'layers'],
	['operator/reports', 'reports', 'OPERATOR', 'nav.system', 'nav.reports', 'inbox'],
	['operator/reports/:id', 'report', 'OPERATOR'],
	['operator/observed', 'observed', 'OPERATOR', 'nav.system', 'nav.observed', 'eye'],
	['operator/health', 'health', 'OPERATOR', 'nav.system', 'nav.health', 'pulse'],
	['security', 'security', ''],
];

export const routes = rows.map(([path, module, role, group, label, icon]) =>
	({path, module, role, group, label, icon, parts: path.split('/')}));

/**
 * The page of an address's path: {route, params, viewed}; route is null when
 * there is none. viewed: the account that an operator looks at, or ''.
 */
export function match(pathname) {
	const parts = decode(pathname.slice(BASE.length).replace(/\/$/, ''));
	if (!`${pathname}/`.startsWith(BASE) || parts === null)
		return {route: null, params: {}, viewed: ''};
	const viewed = parts[0] === 'view' && parts[1] ? parts[1] : '';
	const rest = viewed === '' ? parts : parts.slice(2);
	const asked = rest.length === 0 ? [''] : rest;
	for (const route of routes) {
		const params = take(route.parts, asked);
		if (params !== null && (viewed === '' || route.role === 'ACCOUNT'))
			return {route, params, viewed};
	}
	return {route: null, params: {}, viewed};
}

/**
 * The address of a path: absolute ('/console/messages') or not ('messages'),
 * with its parts percent-encoded. While an account is looked at, its pages are
 * those under view/.
 */
export function address(path, viewed = '') {
	const absolute = path.startsWith('/') ? path : BASE + path;
	if (viewed === '' || !absolute.startsWith(BASE))
		return absolute;
	const {route, viewed: own} = match(absolute.replace(/[?#].*$/, ''));
	if (own !== '' || route === null || route.role !== 'ACCOUNT')
		return absolute;
	return `${BASE}view/${encodeURIComponent(viewed)}/` +
		absolute.slice(BASE.length);
}

/** Whether a page is for this role. An operator sees an account's by view/. */
export function isFor(route, role, viewed) {
	if (viewed !== '')
		return role === 'OPERATOR' && route.role === 'ACCOUNT';
	return route.role === '' || route.role === role;
}

/** Where somebody begins. */
export function start(role) {
	return role === 'OPERATOR' ? `${BASE}operator` : BASE;
}

function decode(path) {
	try {
		return path.split('/').map(decodeURIComponent);
	} catch {
		return null;
	}
}

function take(pattern, parts) {
	if (pattern.length !== parts.length)
		return null;
	const params = {};
	for (const [n, part] of pattern.entries()) {
		if (part.startsWith(':') && parts[n] !== '')
			params[part.slice(1)] = parts[n];
		else if (part !== parts[n])
			return null;
	}
	return params;
}
