// Pages of another site, and of a neighbour's port, try what they can with the session
// of somebody who is signed in; then those who come later, in the same browser.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {once} from 'node:events';
import {Person, open, shut, origin} from './person.mjs';

const {ann, root, exportId} = JSON.parse(process.env.FACTS);
const target = new URL(origin);

/* The neighbour shares the host, and so the site and its cookies; the stranger is of
 * another site. */
const page = '<!doctype html><title>x</title><body>';
const seen = [];
const server = createServer((request, response) => {
	seen.push(request.url);
	response.setHeader('content-type', 'text/html');
	response.end(page);
}).listen(0);
await once(server, 'listening');
const {port} = server.address();
const neighbour = `http://${target.hostname}:${port}/`;
const stranger = `http://localhost:${port}/`;

async function come(name, [user, password]) {
	const person = await Person.come(name);
	person.page.removeAllListeners('console');
	await person.signInWhole(user, password);
	return person;
}

function ask(person, method, path, {csrf, body} = {}) {
	return person.page.evaluate(async ({method, path, csrf, body}) => {
		const response = await fetch(path, {method, headers: {
			...(csrf ? {'x-sendward-csrf': csrf} : {}),
			'content-type': 'application/json'}, body});
		return [response.status, await response.text()];
	}, {method, path, csrf, body});
}

async function session(person) {
	return JSON.parse((await ask(person, 'GET', '/sendward/session'))[1]);
}

/* ---- another's page ---------------------------------------------------------- */

/* What a page can read of ours, or does to us; each says how it ended. */
async function attack(origin) {
	const answers = {};
	const own = {credentials: 'include'};
	for (const path of ['/sendward/session', '/sendward/overview',
		'/v2/email/account', '/console/'])
		answers[`reads ${path}`] = await fetch(origin + path, own)
			.then(response => response.text(), () => 'none');
	for (const [how, options] of [['form', {mode: 'no-cors', body: 'a=b'}],
		['text', {mode: 'no-cors', body: '{}'}],
		['json', {headers: {'content-type': 'application/json'}, body: '{}'}],
		['csrf', {headers: {'x-sendward-csrf': 'x'.repeat(64)}}]])
		answers[`posts ${how}`] = await fetch(
			`${origin}/sendward/exports`, {method: 'POST', ...own, ...options})
			.then(response => response.type, () => 'none');
	answers.deletes = await fetch(`${origin}/sendward/sessions`,
		{method: 'DELETE', ...own}).then(() => 'went', () => 'none');
	const element = (name, path) => new Promise(resolve => {
		const one = document.createElement(name);
		one.onload = () => resolve('loaded');
		one.onerror = () => resolve('none');
		one.src = origin + path;
		document.body.append(one);
		setTimeout(() => resolve('none'), 1500);
	});
	globalThis.callback = () => { answers.called = 'yes'; };
	for (const path of ['/sendward/session?callback=callback',
		'/sendward/overview', '/v2/email/account?jsonp=callback'])
		answers[`script ${path}`] = await element('script', path);
	answers.image = await element('img', '/sendward/overview');
	return answers;
}

async function frames(origin) {
	const frame = document.createElement('iframe');
	frame.src = `${origin}/console/`;
	document.body.append(frame);
	await new Promise(resolve => setTimeout(resolve, 1500));
	const child = window.open(`${origin}/console/security`);
	const heard = [];
	addEventListener('message', event => heard.push(event.data));
	for (let turn = 0; turn < 10; turn++) {
		child?.postMessage({type: 'session', Csrf: 'x', SignedIn: false}, '*');
		frame.contentWindow.postMessage('session', '*');
		await new Promise(resolve => setTimeout(resolve, 100));
	}
	let inside = 'hidden';
	try {
		inside = child?.document.body.textContent ?? 'hidden';
	} catch { /* as it should be */ }
	let framed = 'hidden';
	try {
		framed = frame.contentDocument?.body.textContent ?? 'hidden';
	} catch { /* as it should be */ }
	return {heard, inside, framed, reach: child === null ? 0 : child.length};
}

async function sendsForms(tab, person, path, fields) {
	const before = await session(person);
	const arrives = tab.waitForURL(url => url.origin === origin);
	await tab.evaluate(({path, fields}) => {
		const form = document.createElement('form');
		Object.assign(form, {method: 'post', action: path, enctype: 'text/plain'});
		for (const [name, value] of Object.entries(fields)) {
			const input = document.createElement('input');
			Object.assign(input, {type: 'hidden', name, value});
			form.append(input);
		}
		document.body.append(form);
		form.submit();
	}, {path: origin + path, fields});
	await arrives;
	const words = await tab.content();
	assert.ok(!/IMPORTED|ExportId|"SignedIn":true/.test(words), words.slice(0, 300));
	assert.deepEqual((await session(person)).Csrf, before.Csrf,
		`${path}: the session is another`);
}

async function isLeftAlone(person, from) {
	const tab = await person.context.newPage();
	await tab.goto(from);
	const before = (await ask(person, 'GET', '/sendward/exports',
		{csrf: (await session(person)).Csrf}))[1];
	const answers = await tab.evaluate(attack, origin);
	for (const [how, answer] of Object.entries(answers))
		assert.ok(['none', 'opaque'].includes(answer), `${from} ${how}: ${answer}`);
	const seenThere = await tab.evaluate(frames, origin);
	assert.deepEqual(seenThere, {heard: [], inside: 'hidden', framed: 'hidden',
		reach: 0}, from);
	for (const frame of tab.frames().slice(1))
		assert.ok(!(await frame.content()).includes('app.js'), 'it was framed');
	for (const [path, fields] of [['/sendward/session', {'{"UserName":"x","a': '"}'}],
		['/sendward/exports', {'{"Kind":"MESSAGES","a': '"}'}],
		['/', {Action: 'CreateTopic', Name: 'stolen', Version: '2010-03-31'}],
		['/console/preview', {csrf: 'x', html: 'IMPORTED'}]]) {
		await tab.goto(from);
		await sendsForms(tab, person, path, fields);
	}
	const now = await session(person);
	assert.ok(now.SignedIn, 'somebody was signed out');
	assert.equal((await ask(person, 'GET', '/sendward/exports',
		{csrf: now.Csrf}))[1], before);
	await tab.close();
	console.log(`# nothing was to be had from ${from.replace(/\d+\/$/, '…')}`);
}

/* ---- planted cookies, addresses, what is left ---------------------------------- */

async function cookieIsPlanted() {
	const person = await Person.come('a victim');
	const planted = 'A'.repeat(43);
	await person.context.addCookies([{name: 'sendward_session', value: planted,
		url: `${origin}/`}]);
	await person.signInWhole(...ann);
	const cookies = (await person.context.cookies(origin))
		.filter(one => one.name === 'sendward_session');
	assert.equal(cookies.length, 1);
	assert.notEqual(cookies[0].value, planted);
	assert.ok(cookies[0].httpOnly && cookies[0].sameSite === 'Strict');
	assert.equal(await person.page.evaluate(() => document.cookie), '');
	const other = await Person.come('who planted it');
	await other.context.addCookies([{name: 'sendward_session', value: planted,
		url: `${origin}/`}]);
	await other.page.goto(`${origin}/console/`);
	assert.equal((await session(other)).SignedIn, false);
}

/* Wherever an address leads, it is a page of ours. */
async function addressesStay(person) {
	const {page} = person;
	for (const path of ['/console//evil.example', '/console/%2e%2e/', '/console/..%2f',
		'/console/%2F%2Fevil.example/', '/console/__proto__', '/console/view/',
		'/console/view/__proto__/constructor', '/console/view/..%2f..%2f/messages',
		'/console/%E0%A4%A', '/console/messages/%00', '/console/\\evil.example',
		'/console/?return=//evil.example&next=javascript:alert(1)',
		'/console/javascript:alert(1)', '//evil.example/console/',
		'/console/messages?__proto__[x]=1&constructor=2&__proto__=3#__proto__']) {
		await page.goto(origin + path).catch(error =>
			assert.match(error.message, /ERR_ABORTED|Download/, path));
		await page.waitForTimeout(200);
		assert.equal(new URL(page.url()).origin, origin, path);
		assert.equal(await page.evaluate(() => ({}).x ?? Object.prototype.Csrf ??
			null), null, path);
	}
}

/* Whoever signs in after being sent away comes back to a page of ours. */
async function returnsHome() {
	for (const path of ['/console//evil.example', '/console/?return=//evil.example',
		'/console/%2F%2Fevil.example']) {
		const person = await Person.come('who returns');
		const response = await person.page.goto(origin + path);
		if (response.status() === 200)
			await person.signInWhole(...ann);
		await person.page.waitForTimeout(300);
		assert.equal(new URL(person.page.url()).origin, origin, path);
		await person.context.close();
	}
}

/* An account's user is nobody who looks. */
async function looksAtNobody(person) {
	await person.page.goto(`${origin}/console/view/demo/messages`);
	await person.page.locator('main h1').first().waitFor();
	await person.page.waitForTimeout(500);
	assert.equal(await person.page.locator('main table').count(), 0);
	const {Csrf, AccountName} = await session(person);
	const answer = await person.page.evaluate(async csrf => {
		const response = await fetch('/sendward/overview', {headers: {
			'x-sendward-csrf': csrf, 'x-sendward-account': 'demo'}});
		return [response.status, await response.text()];
	}, Csrf);
	assert.ok(answer[0] !== 200 ||
		JSON.parse(answer[1]).AccountName === AccountName, answer[1]);
	for (const path of [exportId, `${exportId}?account=demo`, '..%2fkey', '.',
		`${exportId}%00`, `${exportId}.csv`, `../files/${exportId}`]) {
		const [status, words] = await ask(person, 'GET', `/console/exports/${path}`);
		assert.ok(status === 404 || status === 401 || /^<!doctype/i.test(words),
			`${path}: ${status} ${words.slice(0, 80)}`);
	}
}

/* Back, after signing out: neither a kept page nor a kept answer. */
async function leavesNothing(person) {
	const {page} = person;
	await page.goto(`${origin}/console/messages`);
	await page.locator('main h1').first().waitFor();
	await page.goto(`${origin}/console/security`);
	await page.locator('main h1').first().waitFor();
	await page.goto(neighbour);
	const other = await person.context.newPage();
	await other.goto(`${origin}/console/`);
	await other.locator('nav#navigation').waitFor();
	await other.evaluate(async () => {
		const {Csrf} = await (await fetch('/sendward/session')).json();
		await fetch('/sendward/session', {method: 'DELETE',
			headers: {'x-sendward-csrf': Csrf}});
	});
	for (let steps = 0; steps < 2; steps++) {
		await page.goBack();
		await page.locator('input[name="UserName"]').waitFor();
		assert.equal(await page.locator('main table').count(), 0);
	}
	assert.deepEqual((await person.context.cookies(origin))
		.filter(one => one.name.includes('sendward')), []);
	const kept = await page.evaluate(async () => JSON.stringify([
		{...localStorage}, {...sessionStorage}, await caches?.keys?.() ?? []]));
	assert.ok(!/Csrf|token|[0-9a-f]{64}/.test(kept), kept);
}

try {
	await open();
	const victim = await come('the account', ann);
	await isLeftAlone(victim, stranger);
	await isLeftAlone(victim, neighbour);
	await addressesStay(victim);
	await looksAtNobody(await come('the account', ann));
	await cookieIsPlanted();
	await returnsHome();
	await leavesNothing(victim);
	await leavesNothing(await come('the operator', root));
} finally {
	await shut();
	server.close();
}
