// The frame: the sign-in, or navigation with a page in it.
import {h, replace} from './dom.js';
import {text, lang} from './strings.js';
import {call} from './api.js';
import {session, setSession, isReady, onSession} from './session.js';
import {routes, isFor, match, start} from './routes.js';
import {begin, leave} from './router.js';
import {link, notice, button, icon, refreshTimes, toast} from './parts.js';

const root = document.getElementById('app');
const TIMES_MS = 15000;
let wasAsked = false;

async function open() {
	document.documentElement.lang = lang;
	setInterval(refreshTimes, TIMES_MS);
	onSession(arrange);
	try {
		setSession(await call('GET', '/sendward/session'));
	} catch (error) {
		replace(root, h('main', {class: 'alone'}, notice('bad', text('error.title'),
			h('p', null, error.message),
			button(text('app.again'), () => location.reload()))));
	}
}

/* What is signed in decides what is there. */
async function arrange() {
	leave();
	if (!isReady()) {
		const {show} = await import('./pages/sign-in.js');
		const main = h('main', {class: 'alone', id: 'main'});
		replace(root, main);
		wasAsked = true;
		show(main);
		return;
	}
	/* somebody else may have been here before */
	const {route, viewed} = match(location.pathname);
	if (wasAsked && route !== null && !isFor(route, session().Role, viewed))
		history.replaceState(null, '', start(session().Role));
	showFrame(!wasAsked);
	wasAsked = false;
}

function showFrame(isFirst) {
	const main = h('main', {id: 'main', tabindex: -1});
	const navigation = h('nav', {id: 'navigation', 'aria-label': text('app.navigation')});
	const banners = h('aside', {class: 'banners', 'aria-label': text('app.about')});
	const menu = menuButton();
	replace(root,
		h('a', {class: 'skip', href: '#main', on: {click: event => {
			event.preventDefault();
			main.focus();
		}}}, text('app.skip')),
		h('div', {class: 'frame'},
			h('header', {class: 'side'},
				h('div', {class: 'brand'},
					h('a', {href: start(session().Role)},
						h('img', {src: '/console/icon.svg', alt: '', width: 24, height: 24}),
						text('app.name')), menu),
				h('div', {class: 'side-body'}, navigation, foot())),
			h('div', {class: 'work'}, banners, main)));
	begin(main, found => {
		shut(menu);
		fillNavigation(navigation, found);
		replace(banners, viewingBanner(found.viewed));
		banners.hidden = banners.childElementCount === 0;
	}, isFirst);
}

/* On narrow screens the navigation opens by this. */
function menuButton() {
	const menu = h('button', {type: 'button', class: 'button menu', 'aria-expanded':
		'false', 'aria-controls': 'navigation', on: {click: () => {
			const isOpen = menu.getAttribute('aria-expanded') === 'true';
			menu.setAttribute('aria-expanded', String(!isOpen));
		}}}, icon('menu'), text('app.menu'));
	return menu;
}

function shut(menu) {
	menu.setAttribute('aria-expanded', 'false');
}

function fillNavigation(navigation, {route, viewed}) {
	const role = viewed === '' ? session().Role : 'ACCOUNT';
	const groups = new Map();
	for (const one of routes) {
		if (one.group && one.role === role)
			groups.set(one.group, [...groups.get(one.group) ?? [], one]);
	}
	replace(navigation, [...groups].map(([group, pages]) => {
		const id = group.replace('.', '-');
		return h('div', {class: 'nav-group'}, h('div', {class: 'nav-title', id}, text(group)),
			h('ul', {'aria-labelledby': id}, pages.map(one => h('li', null,
				entry(one, route)))));
	}));
}

function entry(one, route) {
	const isIt = route === one;
	const isWithin = !isIt && route !== null && !route.group &&
		route.path.replace(/\/[^/]*$/, '') === one.path;
	const anchor = link(one.path, null, icon(one.icon), text(one.label));
	if (isIt || isWithin)
		anchor.setAttribute('aria-current', isIt ? 'page' : 'true');
	return anchor;
}

function viewingBanner(viewed) {
	if (viewed !== '')
		return h('div', {class: 'banner kind-warn', role: 'note'}, icon('eye'),
			h('span', null, text('app.viewing', {account: viewed})),
			h('a', {href: `/console/operator/accounts/${encodeURIComponent(viewed)}`},
				text('app.viewing_back')));
	return session().Mode === 'monitor' && h('div', {class: 'banner kind-quiet',
		role: 'note'}, icon('info'), h('span', null, text('app.monitor')));
}

function foot() {
	const {UserName, AccountName} = session();
	return h('div', {class: 'side-foot'},
		h('div', {class: 'who'}, h('span', {class: 'who-name'}, UserName),
			h('span', {class: 'quiet'}, AccountName ?? text('app.operator'))),
		h('a', {href: '/console/security'}, icon('shield'), text('app.security')),
		h('button', {type: 'button', class: 'as-link', on: {click: signOut}},
			icon('exit'), text('app.sign_out')),
		themes());
}

async function signOut() {
	try {
		await call('DELETE', '/sendward/session');
	} catch (error) {
		toast(error.message, 'bad');
		return;
	}
	history.replaceState(null, '', '/console/');
	setSession(null);
}

function themes() {
	const choices = [['', 'app.theme_auto', 'screen'], ['light', 'app.theme_light', 'sun'],
		['dark', 'app.theme_dark', 'moon']];
	const group = h('div', {class: 'segments themes', role: 'group',
		'aria-label': text('app.theme')}, choices.map(([value, key, sign]) =>
		h('button', {type: 'button', value, title: text(key), 'aria-label': text(key),
			on: {click: () => {
				choose(value);
				mark(group);
			}}}, icon(sign))));
	mark(group);
	return group;
}

function mark(group) {
	const now = document.documentElement.dataset.theme ?? '';
	for (const one of group.children)
		one.setAttribute('aria-pressed', String(one.value === now));
}

function choose(theme) {
	if (theme === '')
		delete document.documentElement.dataset.theme;
	else
		document.documentElement.dataset.theme = theme;
	try {
		localStorage.setItem('sendward.theme', theme);
	} catch {
		/* it lasts as long as the page, then */
	}
}

open();
