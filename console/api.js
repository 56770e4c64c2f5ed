// Calls: JSON for SES and sendward's own, forms and XML for SNS. Nothing is
// tried again here: poll() and people do that.
import {text} from './strings.js';
import {session, setSession, endSession, viewedAccount} from './session.js';

const LIMIT_MS = 60000;

/** What went wrong: code for programs, message for people, status of HTTP. */
export class ApiError extends Error {
	constructor(code, message, status) {
		super(message);
		this.name = 'ApiError';
		this.code = code;
		this.status = status;
	}
}

/**
 * One call. query: members that are null, undefined or '' are left out, arrays
 * are repeated. The answer is an object, {} when there is none.
 */
export function call(method, path, options = {}) {
	return withToken(() => callOnce(method, path, options));
}

async function callOnce(method, path, {query, body, signal}) {
	const headers = own();
	if (body !== undefined)
		headers['content-type'] = 'application/json';
	const {response, words} = await ask(path + search(query), {
		method, headers, signal: limited(signal), cache: 'no-store',
		credentials: 'same-origin', redirect: 'error',
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const answer = read(response, words);
	if (response.ok)
		return answer;
	throw failure(response.status, code(response, answer),
		answer.message ?? answer.Message, path);
}

/**
 * One call of SNS. Arrays become .member.N, objects .entry.N.key and .value;
 * the answer is the Result element as an object, lists as arrays.
 */
export function sns(action, members = {}, options = {}) {
	return withToken(() => snsOnce(action, members, options));
}

async function snsOnce(action, members, {signal}) {
	const form = new URLSearchParams({Action: action, Version: '2010-03-31'});
	for (const [name, value] of Object.entries(members))
		flatten(form, name, value);
	const {status, xml} = await post('/', form, signal);
	if (status === 200 && xml !== null) {
		const result = xml.querySelector(`${action}Result`);
		return result === null ? {} : membersOf(result);
	}
	const of = name => xml?.querySelector(`Error > ${name}`)?.textContent;
	throw failure(status, of('Code'), of('Message'), '/');
}

/* Signing in again elsewhere, in the same browser, changes the token. The same
 * person's call is made again with the new one; for somebody else the frame is
 * built anew. */
async function withToken(act) {
	try {
		return await act();
	} catch (error) {
		if (error.status !== 403 || !error.message.includes('x-sendward-csrf'))
			throw error;
		const before = session();
		const now = await callOnce('GET', '/sendward/session', {});
		if (now.SignedIn && now.UserName === before.UserName &&
			now.Csrf !== before.Csrf) {
			before.Csrf = now.Csrf;
			return act();
		}
		setSession(now);
		throw error;
	}
}

function own() {
	const headers = {accept: 'application/json'};
	if (session().Csrf)
		headers['x-sendward-csrf'] = session().Csrf;
	if (viewedAccount() !== '')
		headers['x-sendward-account'] = viewedAccount();
	return headers;
}

/** '?a=b' of an object, '' when nothing is in it. */
export function search(query) {
	const pairs = new URLSearchParams();
	for (const [name, value] of Object.entries(query ?? {})) {
		for (const one of Array.isArray(value) ? value : [value]) {
			if (one !== null && one !== undefined && one !== '')
				pairs.append(name, one);
		}
	}
	const line = pairs.toString();
	return line === '' ? '' : `?${line}`;
}

function limited(signal) {
	const limit = AbortSignal.timeout(LIMIT_MS);
	return signal ? AbortSignal.any([signal, limit]) : limit;
}

async function ask(address, options) {
	try {
		const response = await fetch(address, options);
		return {response, words: await response.text()};
	} catch (error) {
		if (error.name === 'AbortError')
			throw error;
		throw new ApiError('Network', text(error.name === 'TimeoutError' ?
			'error.slow' : 'error.network'), 0);
	}
}

function read(response, words) {
	if (words === '')
		return {};
	try {
		return JSON.parse(words) ?? {};
	} catch {
		return response.ok ? {} : {message: text('error.server')};
	}
}

function code(response, answer) {
	const name = answer.__type ?? response.headers.get('x-amzn-errortype');
	return (name ?? 'Error').replace(/^.*#|:.*$/g, '');
}

function failure(status, name, message, path) {
	/* a wrong password at the sign-in is 401, too, and ends nothing */
	if (status === 401 && name === 'SessionRequiredException' &&
		path !== '/sendward/session')
		endSession();
	return new ApiError(name ?? 'Error', message || text('error.server'), status);
}

function flatten(form, name, value) {
	if (value === null || value === undefined)
		return;
	if (Array.isArray(value)) {
		value.forEach((one, n) => flatten(form, `${name}.member.${n + 1}`, one));
	} else if (typeof value === 'object') {
		const [key, content] = name === 'MessageAttributes' ?
			['Name', 'Value'] : ['key', 'value'];
		Object.entries(value).forEach(([entry, one], n) => {
			form.append(`${name}.entry.${n + 1}.${key}`, entry);
			place(form, `${name}.entry.${n + 1}.${content}`, one);
		});
	} else {
		form.append(name, value);
	}
}

function place(form, name, value) {
	if (value !== null && typeof value === 'object') {
		for (const [member, one] of Object.entries(value))
			form.append(`${name}.${member}`, one);
	} else {
		form.append(name, value);
	}
}

/* A browser parses the answer here: DOMParser is a way to HTML from text, which
 * the page's policy closes. */
function post(address, form, signal) {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		const fail = key => () =>
			reject(new ApiError('Network', text(key), 0));
		request.open('POST', address);
		request.responseType = 'document';
		request.overrideMimeType('text/xml; charset=utf-8');
		request.timeout = LIMIT_MS;
		for (const [name, value] of Object.entries(own()))
			request.setRequestHeader(name, value);
		request.onload = () =>
			resolve({status: request.status, xml: request.responseXML});
		request.onerror = fail('error.network');
		request.ontimeout = fail('error.slow');
		request.onabort = () =>
			reject(new DOMException('left', 'AbortError'));
		signal?.addEventListener('abort', () => request.abort());
		if (signal?.aborted)
			reject(new DOMException('left', 'AbortError'));
		else
			request.send(form);
	});
}

/* Lists and maps of SNS that may be empty: an element without children does
 * not say what it is. */
const LISTS = new Set(['Topics', 'Subscriptions', 'Successful', 'Failed', 'Tags',
	'TagKeys']);
const MAPS = new Set(['Attributes']);

function membersOf(element) {
	const result = {};
	for (const child of element.children)
		result[child.localName] = valueOf(child);
	return result;
}

function valueOf(element) {
	const children = [...element.children];
	if (children.length === 0) {
		if (LISTS.has(element.localName))
			return [];
		return MAPS.has(element.localName) ? {} : element.textContent;
	}
	if (children[0].localName === 'member')
		return children.map(valueOf);
	if (children[0].localName !== 'entry')
		return membersOf(element);
	return Object.fromEntries(children.map(entry =>
		[...entry.children].map(part => part.textContent)));
}
