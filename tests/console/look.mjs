#!/usr/bin/env node
// Looks at pages of the console as people see them: signs in by the form, visits
// addresses, takes pictures, and says what a browser and axe-core complain about.
//
//   node look.mjs --url http://127.0.0.1:8080 --user NAME --password WORD
//       --out FOLDER --modules FOLDER [--widths 360,1280,1920]
//       [--themes light,dark] [--open] [--full] [PATH…]
//
// PATH: as /console/messages; default the start page. --modules: where npm put
// playwright-core and axe-core (npm install --prefix FOLDER …; default
// $LOOK_MODULES). --open: unfold all details. --full: pictures of the whole page.
// --secret BASE32: the second factor. --new-password WORD: chosen when a first
// password has to be changed. LOOK_BROWSER: the browser, /usr/bin/chromium.
//
// Pictures are FOLDER/PATH-WIDTH-THEME.png. Findings go to the output, one a
// line; the exit status is 1 when there are any.
import {resolve} from 'node:path';
import {parseArgs} from 'node:util';

const string = {type: 'string'};
const flag = {type: 'boolean'};
const {values: options, positionals} = parseArgs({allowPositionals: true, options: {
	url: string, user: string, password: string, out: string, modules: string,
	widths: string, themes: string, secret: string, 'new-password': string,
	open: flag, full: flag,
}});
Object.assign(process.env, {CONSOLE_URL: options.url, SCREENSHOTS: options.out,
	MODULES: resolve(options.modules ?? process.env.LOOK_MODULES ?? '.')});
const {Person, open, shut} = await import('./person.mjs');
const found = new Set();

/* The same on the same page is said once, whatever width and theme. */
function tell(person, path, where) {
	for (const what of person.complaints.splice(0)) {
		const one = `${path}: ${what.replace(where, '')}`;
		if (!found.has(one))
			console.log(what.startsWith(where) ? what : `${where}: ${what}`);
		found.add(one);
	}
}

async function look(person, path, where) {
	const {page} = person;
	await person.visit(path).catch(error =>
		person.complaints.push(`does not get ready: ${error.message}`));
	await page.waitForTimeout(300);
	if (options.open) {
		await page.evaluate(() => {
			for (const one of document.querySelectorAll('details'))
				one.open = true;
		});
	}
	await person.glance(where);
	await person.judge(where);
	const name = path.replace(/^\/console\/?/, '').replace(/[^a-z0-9.-]+/gi, '_');
	const [, width, theme] = where.split(' ');
	await person.photograph(`${name || 'start'}-${width}-${theme}`,
		Boolean(options.full));
	tell(person, path, where);
}

async function main() {
	await open();
	const person = await Person.come('somebody');
	await person.signInWhole(options.user, options.password, {secret: options.secret,
		newPassword: options['new-password']});
	tell(person, 'sign-in', 'sign-in');
	for (const theme of (options.themes ?? 'light,dark').split(',')) {
		for (const width of (options.widths ?? '360,1280,1920').split(',')) {
			await person.wear(Number(width), theme);
			for (const path of positionals.length > 0 ? positionals : ['/console/'])
				await look(person, path, `${path} ${width} ${theme}`);
		}
	}
	await shut();
	process.exitCode = found.size > 0 ? 1 : 0;
}

await main();
