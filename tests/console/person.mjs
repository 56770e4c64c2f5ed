// A person before the console: a browser of their own, and eyes that miss nothing: each
// page is photographed, held against axe-core, the page's policy and the browser's own
// complaints. From the environment: CONSOLE_URL, MODULES (where npm put playwright-core
// and axe-core), SCREENSHOTS; LOOK_BROWSER, when it is not /usr/bin/chromium.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {mkdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {text} from '../../console/strings.js';

const load = createRequire(join(process.env.MODULES, 'node_modules', 'x.js'));
const {chromium} = load('playwright-core');
const axe = readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');
export const origin = new URL(process.env.CONSOLE_URL).origin;
const folder = process.env.SCREENSHOTS;
/* Width, theme, and whether axe-core is asked, which takes long. */
const LOOKS = [[360, 'light', true], [1920, 'light', false], [1280, 'light', true],
	[1280, 'dark', true]];

export {text};

let browser = null;

export async function open() {
	mkdirSync(folder, {recursive: true});
	browser = await chromium.launch({args: ['--no-sandbox'], executablePath:
		process.env.LOOK_BROWSER ?? '/usr/bin/chromium'});
}

export async function shut() {
	await browser?.close();
}

/** Someone with a browser profile of their own, not signed in. */
export class Person {
	static async come(name) {
		const person = new Person();
		person.name = name;
		person.complaints = [];
		person.context = await browser.newContext({reducedMotion: 'reduce',
			acceptDownloads: true, viewport: {width: 1280, height: 900},
			permissions: ['clipboard-read', 'clipboard-write']});
		await person.context.addInitScript(watchPolicy);
		person.page = await person.context.newPage();
		person.page.setDefaultTimeout(60000);
		person.listen();
		return person;
	}

	listen() {
		const {page, complaints} = this;
		page.on('pageerror', error => complaints.push(`exception: ${error}`));
		page.on('dialog', dialog => {
			complaints.push(`dialog: ${dialog.message()}`);
			dialog.dismiss();
		});
		page.on('console', message => {
			if (['error', 'warning'].includes(message.type()) &&
				!message.text().startsWith('Failed to load resource'))
				complaints.push(`${message.type()}: ${message.text()}`);
		});
		page.on('response', response => {
			if (response.status() >= 500 || (response.status() === 404 &&
				response.url().includes('/console/')))
				complaints.push(`${response.status()} ${response.url()}`);
		});
	}

	async signIn(user, password) {
		const {page} = this;
		if (!page.url().startsWith(origin))
			await page.goto(`${origin}/console/`);
		await page.fill('input[name="UserName"]', user);
		await page.fill('input[name="Password"]', password);
		await page.click('button[type="submit"]');
	}

	/** As signIn(), and on through a second factor or a first password. */
	async signInWhole(user, password, {secret, newPassword} = {}) {
		const {page} = this;
		await this.signIn(user, password);
		const next = await page.waitForSelector('nav#navigation a, ' +
			'input[name="Code"], input[name="NewPassword"], ' +
			'.form-failure:not(:empty)');
		const name = await next.getAttribute('name');
		if (name === 'Code') {
			await next.fill(codeNow(secret));
			await page.click('button[type="submit"]');
		} else if (name === 'NewPassword') {
			await page.fill('input[name="Password"]', password);
			await next.fill(newPassword);
			await page.fill('input[name="Repeated"]', newPassword);
			await page.click('button[type="submit"]');
		}
		await page.waitForSelector('nav#navigation a');
	}

	async visit(path) {
		await this.page.goto(origin + path);
		await this.isReady();
	}

	/** By the navigation, as people do. */
	async turnTo(key) {
		await this.page.locator('nav#navigation')
			.getByRole('link', {name: text(key), exact: true}).click();
		await this.isReady();
	}

	async isReady() {
		await this.page.locator('main h1').first().waitFor();
		await this.page.waitForFunction(() => document.querySelector(
			'main .skeleton, main[aria-busy="true"]') === null);
	}

	button(key, facts) {
		return this.page.getByRole('button', {name: text(key, facts), exact: true});
	}

	/** Waits until the page says so. */
	async reads(words, timeout = 60000) {
		await this.page.locator('body').getByText(words).first()
			.waitFor({timeout});
	}

	field(name) {
		return this.page.locator(`dialog[open] [name="${name}"], ` +
			`main [name="${name}"]`).last();
	}

	async submitDialog() {
		await this.page.locator('dialog[open] button[type="submit"]').click();
	}

	/** Photographs, narrow and wide, light and dark, and says what is wrong. */
	async look(name) {
		const {page} = this;
		await this.isReady();
		for (const [width, scheme, isJudged] of LOOKS) {
			await this.wear(width, scheme);
			await this.photograph(`${name}-${width}-${scheme}`, true);
			const where = `${name} at ${width} px, ${scheme}`;
			await this.glance(where);
			if (isJudged)
				await this.judge(where);
		}
		await this.wear(1280, 'light');
	}

	async wear(width, scheme) {
		await this.page.emulateMedia({colorScheme: scheme});
		await this.page.setViewportSize({width, height: width < 600 ? 780 : 900});
		await this.page.waitForTimeout(100);
	}

	photograph(name, isWhole) {
		return this.page.screenshot({fullPage: isWhole,
			path: join(folder, `${name}.png`)});
	}

	/** What takes no time: width, and what the page's policy refused. */
	async glance(where) {
		const {page, complaints} = this;
		for (const one of await page.evaluate(beyondTheEdge))
			complaints.push(`${where}: reaches beyond the edge: ${one}`);
		for (const one of await page.evaluate(() => window.violations ?? []))
			complaints.push(`${where}: policy: ${one}`);
	}

	async judge(where) {
		for (const one of await this.axe())
			this.complaints.push(`${where}: ${one}`);
	}

	/* By the debugger: the page's policy forbids scripts from elsewhere. */
	async axe() {
		const debug = await this.context.newCDPSession(this.page);
		const ask = async expression => (await debug.send('Runtime.evaluate', {
			expression, awaitPromise: true, returnByValue: true,
			allowUnsafeEvalBlockedByCSP: true})).result.value;
		await ask(`${axe}; 0`);
		const found = await ask(`axe.run(document, {resultTypes: ['violations']})
			.then(({violations}) => violations
				.filter(one => one.impact !== 'minor')
				.map(one => one.id + ' (' + one.impact + '): ' + one.nodes.slice(0, 3)
					.map(node => node.target.join(' ') + (node.any[0] ?
						' ' + node.any[0].message : '')).join(' | ')))`);
		await debug.detach();
		return found ?? ['axe-core did not answer'];
	}

	/** Fails the test with everything that was noticed since the last time. */
	hasNoComplaint() {
		const all = [...new Set(this.complaints)];
		this.complaints.length = 0;
		assert.deepEqual(all, [], `${this.name} complains`);
	}
}

/* RFC 6238 with what authenticators take for granted: SHA-1, 30 s, 6 digits. */
function codeNow(secret) {
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const bits = [...secret.replace(/[=\s]/g, '')].map(letter =>
		letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
	const count = Buffer.alloc(8);
	count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
	const mac = createHmac('sha1', key).update(count).digest();
	const at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

function watchPolicy() {
	window.violations = [];
	document.addEventListener('securitypolicyviolation', event =>
		window.violations.push(`${event.violatedDirective} ${event.blockedURI} ` +
			`${event.sourceFile}:${event.lineNumber}`));
}

function beyondTheEdge() {
	const edge = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= edge)
		return [];
	return [...document.querySelectorAll('body *')]
		.filter(element => element.getBoundingClientRect().right > edge + 1)
		.slice(0, 3)
		.map(element => `${element.localName}.${element.className} ` +
			`${Math.round(element.getBoundingClientRect().right)}`);
}
