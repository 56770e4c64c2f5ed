// A newcomer and an operator walk through every page: sign in, verify a domain, ask for
// production, be granted it, send, see the simulator's bounce arrive, export the list.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {Person, open, shut, origin, text} from './person.mjs';

const {ACCOUNT, NEWCOMER, NEWCOMER_PASS, OPERATOR, OPERATOR_PASS, DOMAIN,
	SIMULATOR_DOMAIN} = process.env;
const publishCommand = JSON.parse(process.env.PUBLISH);
const BOUNCE_MOST_MSEC = 20000;

function publish(name, type, value) {
	execFileSync(publishCommand[0], [...publishCommand.slice(1), name, type, value]);
}

function step(words) {
	console.log(`# ${words}`);
}

async function comesIn(ann) {
	step('a wrong password is refused, the right one opens the dashboard');
	await ann.page.goto(`${origin}/console/`);
	await ann.page.locator('input[name="UserName"]').waitFor();
	await ann.page.screenshot({path: `${process.env.SCREENSHOTS}/sign-in.png`});
	await ann.signIn(NEWCOMER, 'not the password at all');
	await ann.page.locator('.form-failure:not(:empty)').waitFor();
	await ann.signIn(NEWCOMER, NEWCOMER_PASS);
	await ann.page.locator('nav#navigation').waitFor();
	await ann.isReady();
	await ann.look('dashboard-new');
}

/* Types and values as the page shows them; a customer copies them just so. */
async function records(ann) {
	const rows = ann.page.locator('main table tbody tr');
	await rows.first().waitFor();
	return rows.evaluateAll(all => all.map(row => {
		const codes = [...row.querySelectorAll('code')].map(one => one.textContent);
		const priority = /\d+/.exec(row.querySelector('.record-priority')
			?.textContent ?? '');
		return {type: codes[0], name: codes[1],
			value: priority ? `${priority[0]} ${codes[2]}` : codes[2]};
	}));
}

async function verifiesDomain(ann) {
	step('a domain is made, its records are published, the page sees them');
	await ann.turnTo('nav.identities');
	await ann.look('identities-empty');
	await ann.button('identities.create').first().click();
	await ann.field('EmailIdentity').fill(DOMAIN);
	await ann.submitDialog();
	await ann.page.waitForURL(`**/console/identities/${DOMAIN}`);
	await ann.isReady();
	await ann.look('identity-pending');
	for (const {name, type, value} of await records(ann))
		publish(name, type, /^(CNAME|MX)$/.test(type) && !value.endsWith('.') ?
			`${value}.` : value);
	await ann.page.locator('.title-badge')
		.getByText(text('identities.status.SUCCESS')).waitFor({timeout: 60000});
	await ann.look('identity');
	await ann.turnTo('nav.identities');
	await ann.reads(DOMAIN);
	await ann.look('identities');
}

async function takesCredential(ann) {
	step('a credential is shown once');
	await ann.turnTo('nav.credentials');
	await ann.button('credentials.create').first().click();
	await ann.submitDialog();
	await ann.page.locator('dialog[open]').getByText(/^SWKA/).first().waitFor();
	await ann.page.screenshot({path: `${process.env.SCREENSHOTS}/secret.png`});
	await ann.page.keyboard.press('Escape');
	await ann.look('credentials');
}

async function asksForProduction(ann) {
	step('production access is asked for');
	await ann.turnTo('nav.production');
	await ann.look('production-form');
	await ann.field('WebsiteURL').fill('https://www.walk.example/');
	await ann.field('UseCaseDescription').fill(
		'Invoices and reminders of a shop for gardeners, to its customers.');
	await ann.page.locator('main form button[type="submit"]').click();
	await ann.reads(text('production.pending'));
	await ann.look('production-pending');
}

async function grants(olga) {
	step('the operator is told, and grants it');
	await olga.page.goto(`${origin}/console/`);
	await olga.signIn(OPERATOR, OPERATOR_PASS);
	await olga.page.locator('nav#navigation').waitFor();
	await olga.look('operator');
	await olga.turnTo('nav.requests');
	await olga.look('operator-requests');
	const row = olga.page.locator('main tbody tr', {hasText: ACCOUNT}).first();
	await row.getByRole('button', {name: text('requests.grant'), exact: true})
		.click();
	await olga.submitDialog();
	await row.getByText(text('requests.status.GRANTED')).waitFor();
}

async function sendsAndSeesBounce(ann) {
	step('a message to the simulator, and its bounce, live');
	await ann.reads(text('production.granted'));
	await ann.turnTo('nav.send');
	await ann.look('send');
	await ann.field('To').selectOption(`bounce@${SIMULATOR_DOMAIN}`);
	await ann.page.locator('main form button[type="submit"]').click();
	await ann.reads(text('send.accepted'));
	const accepted = Date.now();
	await ann.page.locator('main').getByText(text('send.done'))
		.waitFor({timeout: BOUNCE_MOST_MSEC});
	console.log(`# the bounce was on the page after ${Date.now() - accepted} ms`);
	await ann.look('send-bounced');
	await ann.page.getByRole('link', {name: text('send.whole')}).click();
	await ann.page.waitForURL('**/console/messages/*');
	await ann.look('message');
	await ann.turnTo('nav.messages');
	await ann.reads(`bounce@${SIMULATOR_DOMAIN}`);
	await ann.look('messages');
}

async function exportsList(ann) {
	step('the suppression list is filled, exported, and fetched');
	await ann.turnTo('nav.suppressions');
	await ann.button('suppressions.add').click();
	await ann.field('addresses').fill('gone@customer.example\nno@customer.example');
	await ann.submitDialog();
	await ann.reads('gone@customer.example');
	await ann.look('suppressions');
	await ann.button('suppressions.export').click();
	await ann.page.waitForURL('**/console/exports');
	const link = ann.page.getByRole('link', {name: text('exports.download')});
	await link.first().waitFor({timeout: 30000});
	await ann.look('exports');
	const [download] = await Promise.all([ann.page.waitForEvent('download'),
		link.first().click()]);
	const lines = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
	assert.deepEqual(lines.slice(1).map(line => line.split(',')[0]).sort(),
		['gone@customer.example', 'no@customer.example']);
}

/* The rest of the account's pages, as they are found. */
async function looksAround(person, pages) {
	for (const key of pages) {
		step(`page ${key}`);
		await person.turnTo(key);
		await person.look(key.replace('nav.', ''));
		person.hasNoComplaint();
	}
}

async function runsAccount(olga) {
	step('the operator pauses the account, lets it go on, changes a limit and back');
	await olga.visit(`/console/operator/accounts/${ACCOUNT}`);
	await olga.button('account.pause').click();
	await olga.field('Reason').fill('Bitte prüfen');
	await olga.submitDialog();
	await olga.reads(text('account.reason_wrong'));
	await olga.field('Reason').fill('Please call us');
	await olga.submitDialog();
	await olga.reads(text('account.paused_by.OPERATOR'));
	await olga.button('account.resume').click();
	await olga.field('Reason').fill('They called');
	await olga.submitDialog();
	await olga.button('account.pause').waitFor();
	const before = await olga.field('Max24Hour').inputValue();
	for (const most of ['12,345', before]) {
		await olga.field('Max24Hour').fill(most);
		const [answer] = await Promise.all([
			olga.page.waitForResponse(one => one.request().method() === 'PUT'),
			olga.button('account.save').click()]);
		assert.deepEqual(answer.request().postDataJSON(),
			{Max24Hour: Number(most.replace(',', ''))});
	}
}

async function keepsUsers(olga) {
	step('a user is made by keyboard, disabled, and deleted');
	const name = `kim-${ACCOUNT}`;
	await olga.visit('/console/operator/users');
	await olga.button('users.create').press('Enter');
	await olga.page.keyboard.type(name);
	await olga.page.keyboard.press('Tab');
	await olga.page.keyboard.type(ACCOUNT);
	await olga.page.keyboard.press('Enter');
	await olga.reads(text('users.password_title', {name}));
	await olga.page.keyboard.press('Escape');
	const row = olga.page.locator('main tbody tr', {hasText: name});
	const act = key => row.getByRole('button', {exact: true,
		name: text('users.act', {act: text(key), name})}).click();
	await act('users.set');
	await olga.field('change').selectOption('disable');
	await olga.submitDialog();
	await row.getByText(text('users.disabled'), {exact: true}).waitFor();
	await act('users.delete');
	await olga.submitDialog();
	await row.waitFor({state: 'detached'});
}

async function ordersAccounts(olga) {
	step('the head of a column orders the accounts');
	await olga.turnTo('nav.accounts');
	await olga.page.locator('main thead').getByRole('button',
		{name: text('accounts.name'), exact: true}).click();
	await olga.page.locator('main th[aria-sort="ascending"]').waitFor();
	assert.match(olga.page.url(), /Order=NAME/);
	await olga.page.locator('main .table[aria-busy]').waitFor({state: 'detached'});
	const names = await olga.page.locator('main tbody th').allTextContents();
	assert.deepEqual(names, [...names].sort());
}

async function looksAsAccount(olga) {
	step('the operator looks at the account as it sees itself');
	await olga.visit(`/console/operator/accounts/${ACCOUNT}`);
	await olga.look('operator-account');
	await olga.page.getByRole('link', {name: text('account.view')}).click();
	await olga.page.waitForURL(`**/console/view/${ACCOUNT}**`);
	await olga.isReady();
	await olga.look('view-dashboard');
	await olga.turnTo('nav.suppressions');
	await olga.reads('gone@customer.example');
	assert.equal(await olga.button('suppressions.add').count(), 0);
	await olga.turnTo('nav.credentials');
	assert.equal(await olga.button('credentials.create').count(), 0);
	await olga.visit('/console/operator');
}

async function signsOut(ann) {
	step('after signing out nothing is shown');
	await ann.visit('/console/security');
	await ann.look('security');
	await ann.button('app.sign_out').first().click();
	await ann.page.locator('input[name="UserName"]').waitFor();
	await ann.page.goBack();
	await ann.page.locator('input[name="UserName"]').waitFor();
	assert.equal(await ann.page.locator('main table').count(), 0);
}

async function walk() {
	const ann = await Person.come('the newcomer');
	const olga = await Person.come('the operator');
	await comesIn(ann);
	await verifiesDomain(ann);
	ann.hasNoComplaint();
	await takesCredential(ann);
	await asksForProduction(ann);
	ann.hasNoComplaint();
	await grants(olga);
	olga.hasNoComplaint();
	await sendsAndSeesBounce(ann);
	ann.hasNoComplaint();
	await exportsList(ann);
	ann.hasNoComplaint();
	await looksAround(ann, ['nav.dashboard', 'nav.templates', 'nav.sets',
		'nav.topics', 'nav.dead_letters']);
	await looksAround(olga, ['nav.summary', 'nav.accounts', 'nav.users',
		'nav.pools', 'nav.reports', 'nav.observed', 'nav.health']);
	await runsAccount(olga);
	await keepsUsers(olga);
	await ordersAccounts(olga);
	olga.hasNoComplaint();
	await looksAsAccount(olga);
	olga.hasNoComplaint();
	await signsOut(ann);
	ann.hasNoComplaint();
}

await open();
try {
	await walk();
} finally {
	await shut();
}
