// What everybody has: a password, a second factor, sessions.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {session, setSession} from '../session.js';
import {form} from '../form.js';
import {badge, button, card, confirm, dialog, heading, secret, table, time,
	toast} from '../parts.js';
import {codeField} from './sign-in.js';

export const title = 'security.title';

export async function show(view) {
	const sessions = h('div');
	const factor = h('div');
	replace(view.root, heading(1, text(title)),
		h('div', {class: 'grid two'}, passwordCard(sessions, view), factor), sessions);
	showFactor(factor);
	await showSessions(sessions, view);
}

/** The fields of a change: present, new, new again. */
export function passwordFields(present) {
	return [
		{name: 'Password', key: present, type: 'password', required: true,
			autocomplete: 'current-password', most: 1024},
		{name: 'NewPassword', key: 'security.new', type: 'password', required: true,
			hint: 'security.new_hint', autocomplete: 'new-password', most: 1024,
			check: value => value.length < 12 ? text('security.short') : undefined},
		{name: 'Repeated', key: 'security.repeat', type: 'password', required: true,
			autocomplete: 'new-password', check: (value, values) =>
				value === values.NewPassword ? undefined : text('security.different')},
	];
}

/** For keepers of passwords: whose password the form changes. */
export function hiddenName() {
	return h('input', {type: 'text', class: 'unseen', autocomplete: 'username',
		value: session().UserName, readonly: true, tabindex: -1, 'aria-hidden': 'true'});
}

function passwordCard(sessions, view) {
	const place = h('div');
	const fresh = () => {
		const element = form({
			fields: passwordFields('security.present'),
			submit: 'security.change',
			action: async ({Password, NewPassword}) => {
				await call('PUT', '/sendward/session/password',
					{body: {Password, NewPassword}});
				toast(text('security.changed'), 'good');
				replace(place, fresh());
				await showSessions(sessions, view);
			},
		});
		element.prepend(hiddenName());
		return element;
	};
	replace(place, fresh());
	return card('security.password_title', place);
}

function showFactor(place) {
	const isOn = session().SecondFactor;
	replace(place, card('security.factor_title',
		h('p', null, isOn ? badge('good', text('security.factor_on')) :
			badge('warn', text('security.factor_off'))),
		h('p', null, text('security.factor_text')),
		h('div', {class: 'actions'}, isOn ?
			button('security.factor_remove', () => removeFactor(place), {kind: 'danger'}) :
			button('security.factor_add', () => addFactor(place), {kind: 'primary'}))));
}

async function addFactor(place) {
	let made = null;
	await confirm({
		title: 'security.factor_add', body: 'security.factor_password',
		submit: 'security.factor_next',
		fields: [passwordField()],
		action: async body => {
			made = await call('POST', '/sendward/session/second-factor', {body});
		},
	});
	if (made !== null)
		confirmFactor(place, made);
}

function passwordField() {
	return {name: 'Password', key: 'security.present', type: 'password',
		required: true, autocomplete: 'current-password', most: 1024};
}

function confirmFactor(place, {Secret, Uri, QrSvg}) {
	const open = dialog({title: 'security.factor_add', body: [
		h('p', null, text('security.factor_scan')),
		h('img', {class: 'qr', alt: text('security.factor_qr'), width: 200, height: 200,
			src: `data:image/svg+xml,${encodeURIComponent(QrSvg)}`}),
		h('p', null, h('a', {href: Uri}, text('security.factor_open'))),
		secret(Secret, 'security.factor_secret'),
		form({
			fields: [codeField('sign_in.code', 'sign_in.code_hint')],
			submit: 'security.factor_confirm',
			action: async ({Code}) => {
				await call('PUT', '/sendward/session/second-factor',
					{body: {Code: Code.replace(/\s/g, '')}});
				open.close();
				changedFactor(place, true);
			},
		}),
	]});
}

async function removeFactor(place) {
	const done = await confirm({
		title: 'security.factor_remove', body: 'security.factor_remove_text',
		submit: 'security.factor_remove', danger: true,
		fields: [passwordField(), codeField('sign_in.code', 'sign_in.code_hint')],
		action: ({Password, Code}) => call('POST',
			'/sendward/session/second-factor/removal',
			{body: {Password, Code: Code.replace(/\s/g, '')}}),
	});
	if (done !== null)
		changedFactor(place, false);
}

/* The frame stays as it is: who is signed in has not changed. */
function changedFactor(place, isOn) {
	session().SecondFactor = isOn;
	showFactor(place);
	toast(text(isOn ? 'security.factor_added' : 'security.factor_removed'), 'good');
}

async function showSessions(place, view) {
	const {Sessions = []} = await call('GET', '/sendward/sessions',
		{signal: view.signal});
	replace(place, card(heading(2, text('security.sessions_title'),
		button('security.everywhere', everywhere, {kind: 'danger'})),
	h('p', {class: 'quiet'}, text('security.sessions_text')),
	table({label: 'security.sessions_title', rows: Sessions, columns: [
		{key: 'security.agent', class: 'wide', cell: row => [
			agent(row.UserAgent), ' ',
			row.IsCurrent && badge('good', text('security.current'))]},
		{key: 'security.address', cell: row => h('code', null, row.Address)},
		{key: 'security.created', cell: row => time(row.CreatedTimestamp)},
		{key: 'security.used', cell: row => time(row.LastUsedTimestamp)},
	]})));
}

/* The browser and the system, of what a browser calls itself. */
function agent(words) {
	if (!words)
		return text('security.agent_unknown');
	const [, browser] = words.match(/(Edg|OPR|Firefox|Chrome|Safari)(?=\/)/) ?? [];
	const [, system] = words.match(/(Android|iPhone|iPad|Windows|Mac OS X|Linux)/) ?? [];
	const names = {Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS'};
	return browser && system ? h('span', {title: words},
		text('security.agent_on', {browser: names[browser] ?? browser,
			system: names[system] ?? system})) :
		h('span', {title: words}, words.slice(0, 60));
}

async function everywhere() {
	const done = await confirm({
		title: 'security.everywhere', body: 'security.everywhere_text',
		submit: 'security.everywhere', danger: true,
		action: () => call('DELETE', '/sendward/sessions'),
	});
	if (done !== null)
		setSession(null);
}
