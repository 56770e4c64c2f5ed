// Name and password, then the code of a second factor, then a password of
// one's own. The address stays: after it the page that was wanted is shown.
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {session, setSession} from '../session.js';
import {form} from '../form.js';
import {notice} from '../parts.js';
import {passwordFields, hiddenName} from './security.js';

export const title = 'sign_in.title';

/** Fills the element with what has to be done before a page can be seen. */
export function show(root) {
	document.title = `${text(title)} · ${text('app.name')}`;
	if (session().SignedIn && session().MustChangePassword)
		change(root);
	else
		ask(root);
}

function stage(root, words, ...children) {
	replace(root, h('div', {class: 'sign-in'},
		h('div', {class: 'brand'}, h('img', {src: '/console/icon.svg', alt: '',
			width: 32, height: 32}), h('span', null, text('app.name'))),
		h('div', {class: 'card'}, h('h1', null, words), children)));
	root.querySelector('input:not([readonly])')?.focus();
}

function ask(root, name = '') {
	stage(root, text('sign_in.title'),
		session().Ended && notice('quiet', '', text('sign_in.ended')),
		form({
			fields: [
				{name: 'UserName', key: 'sign_in.name', required: true, value: name,
					autocomplete: 'username', most: 256},
				{name: 'Password', key: 'sign_in.password', type: 'password',
					required: true, autocomplete: 'current-password', most: 1024},
			],
			submit: 'sign_in.submit',
			action: async values => {
				try {
					setSession(await signIn(values));
				} catch (error) {
					if (error.code !== 'SecondFactorRequiredException')
						throw error;
					askCode(root, values);
				}
			},
		}),
		h('p', {class: 'hint'}, text('sign_in.forgotten')));
}

function askCode(root, values) {
	stage(root, text('sign_in.code_title'), form({
		fields: [codeField('sign_in.code', 'sign_in.code_hint')],
		submit: 'sign_in.submit',
		action: async ({Code}) => {
			const code = Code.replace(/\s/g, '');
			try {
				setSession(await signIn({...values, Code: code}));
			} catch (error) {
				if (error.code !== 'SecondFactorRequiredException')
					throw error;
				throw Object.assign(error, {field: 'Code'});
			}
		},
		cancel: () => ask(root),
	}));
}

function signIn(values) {
	return call('POST', '/sendward/session', {body: values});
}

/** The field for the digits of an authenticator. */
export function codeField(key, hint) {
	return {name: 'Code', key, hint, required: true, autocomplete: 'one-time-code',
		inputmode: 'numeric', pattern: '[0-9 ]{6,8}', most: 8};
}

function change(root) {
	const element = form({
		fields: passwordFields('sign_in.given'),
		submit: 'security.change',
		action: async ({Password, NewPassword}) => {
			await call('PUT', '/sendward/session/password',
				{body: {Password, NewPassword}});
			setSession(await call('GET', '/sendward/session'));
		},
	});
	element.prepend(hiddenName());
	stage(root, text('sign_in.change_title'),
		h('p', null, text('sign_in.change_text')), element);
}
