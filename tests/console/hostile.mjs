// Every page of the console, full of what strangers wrote: nothing of it may run, ask
// elsewhere, or break the page, and it must be there to be read.
import assert from 'node:assert/strict';
import {Person, open, shut, origin} from './person.mjs';
import {routes} from '../../console/routes.js';

const {ACCOUNT, MARK, ALL} = process.env;
const {params, texts, ann, root} = JSON.parse(process.env.FACTS);
const WIDTHS = [1280, 360];
const SETTLE_MSEC = 250;

/* What the previews' frame refuses, the browser tells the page's console. */
const OF_FRAMES = /sandbox|Content Security Policy|X-Frame-Options|Framing/i;

/** Somebody whose browser goes nowhere else and tells what runs. */
async function come(name, [user, password]) {
	const person = await Person.come(name);
	person.where = 'signing in';
	const note = what => person.complaints.push(`${person.where}: ${what}`);
	await person.context.exposeBinding('ran', () => note('something ran'));
	await person.context.route(url => url.origin !== origin, route => {
		note(`asks ${route.request().url()}`);
		return route.abort();
	});
	person.page.on('popup', () => note('a window was opened'));
	await person.signInWhole(user, password);
	return person;
}

/* A colon begins a parameter: each page has its own, and hostile ones. */
function* pathsOf(route) {
	const own = route.parts.findIndex(one => one.startsWith(':'));
	if (own < 0) {
		yield route.path;
		return;
	}
	assert.ok(params[route.path]?.length > 0, `no page for ${route.path}`);
	for (const one of [...params[route.path], ALL, '..', '__proto__'])
		yield route.parts.map((part, at) => at === own ?
			encodeURIComponent(one) : part).join('/');
}

async function unfold(page) {
	let count = 1;
	for (let depth = 0; depth < 3 && count > 0; depth++) {
		count = await page.evaluate(() => {
			const shut = document.querySelectorAll('main details:not([open])');
			for (const one of shut)
				one.open = true;
			return shut.length;
		});
		await page.waitForTimeout(SETTLE_MSEC);
	}
}

async function wears(person, width) {
	await person.wear(width, 'light');
	await person.glance(`${person.where} at ${width} px`);
}

async function look(person, path) {
	const {page} = person;
	person.where = `${person.name}, ${decodeURIComponent(path).slice(0, 80)}`;
	person.refusals = 0;
	await page.goto(origin + path);
	await page.locator('main h1').first().waitFor();
	await page.waitForFunction(() => document.querySelector(
		'main .skeleton, main[aria-busy="true"]') === null);
	await unfold(page);
	for (const width of WIDTHS)
		await wears(person, width);
	const attributes = await page.evaluate(dangerous);
	for (const one of attributes)
		person.complaints.push(`${person.where}: ${one}`);
}

/* Elements and attributes that no page makes. */
function dangerous() {
	const found = [];
	for (const element of document.querySelectorAll('*')) {
		for (const {name, value} of element.attributes) {
			if (/^on|^srcdoc$/i.test(name) || /^\s*javascript:/i.test(value) &&
				['href', 'src', 'action', 'formaction'].includes(name))
				found.push(`${element.localName} ${name}=${value.slice(0, 60)}`);
		}
	}
	for (const script of document.scripts) {
		if (new URL(script.src, location).origin !== location.origin)
			found.push(`script ${script.src}`);
	}
	return found;
}

function readable(page) {
	return page.evaluate(() => document.querySelector('main').textContent +
		[...document.querySelectorAll('main input, main textarea')]
			.map(one => one.value).join('\n'));
}

async function visit(person, route, prefix) {
	const missing = new Set(texts[route.path] ?? []);
	for (const path of pathsOf(route)) {
		const hostile = `?${new URLSearchParams({Recipient: ALL, Status: ALL,
			Name: ALL, Order: '__proto__', State: MARK, Address: ALL, Tab: ALL,
			AccountName: ALL, token: ALL})}`;
		const before = person.complaints.length;
		await look(person, prefix + path);
		const words = await readable(person.page);
		for (const one of missing) {
			if (words.includes(one))
				missing.delete(one);
		}
		if (!route.path.includes(':'))
			await look(person, prefix + path + hostile);
		settle(person, before, route);
	}
	for (const one of missing)
		person.complaints.push(`${prefix}${route.path} does not show ${one}`);
}

/* Frames of previews are shut: what is tried there is told here, and was refused. */
function settle(person, before, route) {
	if (!['templates/:name', 'messages/:id'].includes(route.path))
		return;
	const fresh = person.complaints.splice(before);
	person.complaints.push(...fresh.filter(one =>
		!(/^(error|warning): /.test(one) && OF_FRAMES.test(one))));
}

async function walk(person, role, prefix) {
	let count = 0;
	for (const route of routes.filter(one => one.role === role)) {
		await visit(person, route, prefix);
		count++;
	}
	console.log(`# ${person.name}: ${count} routes`);
	person.hasNoComplaint();
}

async function previews(person) {
	const name = params['templates/:name'].at(-1);
	await look(person, `/console/templates/${encodeURIComponent(name)}`);
	const frame = person.page.locator('iframe.preview-frame').last();
	await frame.waitFor({state: 'attached'});
	await person.page.waitForTimeout(1500);
	assert.equal(await frame.getAttribute('sandbox'), '');
	const inside = await (await frame.elementHandle()).contentFrame();
	assert.ok((await inside.content()).includes('onerror'), 'the preview is empty');
	settle(person, 0, {path: 'templates/:name'});
	person.hasNoComplaint();
}

try {
	await open();
	const account = await come('the account', ann);
	await previews(account);
	await walk(account, 'ACCOUNT', '/console/');
	await walk(account, '', '/console/');
	const operator = await come('the operator', root);
	await walk(operator, 'OPERATOR', '/console/');
	operator.name = 'the operator who looks';
	await walk(operator, 'ACCOUNT', `/console/view/${ACCOUNT}/`);
} finally {
	await shut();
}
