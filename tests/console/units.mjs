// The console's logic that needs no browser: addresses, figures, texts.
import assert from 'node:assert/strict';
import test from 'node:test';
import {address, isFor, match, routes, start} from '../../console/routes.js';
import {bytes, date, dateUtc, number, percent, relative} from
	'../../console/format.js';
import {hasText, label, strings, text} from '../../console/strings.js';

const pages = [
	['/console/', 'dashboard', {}, ''],
	['/console', 'dashboard', {}, ''],
	['/console/messages', 'messages', {}, ''],
	['/console/messages/', 'messages', {}, ''],
	['/console/messages/a%2Fb%20c', 'message', {id: 'a/b c'}, ''],
	['/console/identities/a%40example.com', 'identity', {name: 'a@example.com'}, ''],
	['/console/operator', 'summary', {}, ''],
	['/console/operator/accounts/shop', 'account', {name: 'shop'}, ''],
	['/console/view/shop', 'dashboard', {}, 'shop'],
	['/console/view/shop/', 'dashboard', {}, 'shop'],
	['/console/view/a%2Fb/topics/t', 'topic', {name: 't'}, 'a/b'],
	['/console/security', 'security', {}, ''],
];
for (const [path, module, params, viewed] of pages) {
	test(`match ${path}`, () => {
		const found = match(path);
		assert.equal(found.route?.module, module);
		assert.deepEqual(found.params, params);
		assert.equal(found.viewed, viewed);
	});
}

for (const path of ['/console/nothing', '/console/messages/a/b', '/consoleX',
	'/console/%', '/console/view/shop/operator', '/console/view/shop/security',
	'/console/exports/12']) {
	test(`no page ${path}`, () => assert.equal(match(path).route, null));
}

const addresses = [
	['messages', '', '/console/messages'],
	['/console/messages', '', '/console/messages'],
	['', '', '/console/'],
	['messages', 'shop', '/console/view/shop/messages'],
	['/console/messages/1?x=y', 'shop', '/console/view/shop/messages/1?x=y'],
	['', 'a/b', '/console/view/a%2Fb/'],
	['operator/accounts', 'shop', '/console/operator/accounts'],
	['security', 'shop', '/console/security'],
	['/console/view/other/messages', 'shop', '/console/view/other/messages'],
	['/console/exports/12', 'shop', '/console/exports/12'],
	['/v2/email/identities', 'shop', '/v2/email/identities'],
];
for (const [path, viewed, wanted] of addresses) {
	test(`address ${path} of '${viewed}'`, () =>
		assert.equal(address(path, viewed), wanted));
}

test('roles', () => {
	const page = module => routes.find(one => one.module === module);
	assert(isFor(page('messages'), 'ACCOUNT', ''));
	assert(!isFor(page('messages'), 'OPERATOR', ''));
	assert(isFor(page('messages'), 'OPERATOR', 'shop'));
	assert(!isFor(page('messages'), 'ACCOUNT', 'shop'));
	assert(!isFor(page('accounts'), 'ACCOUNT', ''));
	assert(isFor(page('security'), 'ACCOUNT', ''));
	assert.equal(match(start('OPERATOR')).route.module, 'summary');
	assert.equal(match(start('ACCOUNT')).route.module, 'dashboard');
});

test('figures', () => {
	assert.equal(number(1234567), '1,234,567');
	assert.equal(number(undefined), '–');
	assert.equal(number(0), '0');
	assert.equal(percent(0.0512), '5.12 %');
	assert.equal(percent(0.001), '0.1 %');
	assert.equal(percent(0.00104), '0.104 %');
	assert.equal(percent(0.123456), '12.3 %');
	assert.equal(percent(1), '100 %');
	assert.equal(percent(null), '–');
	assert.equal(bytes(0), '0 B');
	assert.equal(bytes(1023), '1,023 B');
	assert.equal(bytes(1536), '1.5 KiB');
	assert.equal(bytes(10 * 1024 * 1024), '10 MiB');
});

test('times', () => {
	const now = 1800000000;
	assert.equal(relative(now - 5, now), 'just now');
	assert.equal(relative(now - 59 * 60, now), '59 minutes ago');
	assert.equal(relative(now - 86400, now), 'yesterday');
	assert.equal(relative(now + 2 * 3600, now), 'in 2 hours');
	assert.equal(relative(now - 40 * 86400, now), 'last month');
	assert.equal(dateUtc(0), '1970-01-01 00:00:00 UTC');
	assert.notEqual(date(0), '');
});

test('texts', context => {
	const warned = context.mock.method(console, 'warn', () => {});
	assert.equal(text('list.rows', {count: 1}), '1 row');
	assert.equal(text('list.rows', {count: 2000}), '2,000 rows');
	assert.equal(text('live.updated', {ago: '{x}$&'}), 'updated {x}$&');
	assert.equal(text('live.updated'), 'updated {ago}');
	assert.equal(warned.mock.callCount(), 0);
	assert.equal(text('no.such'), 'no.such');
	assert.equal(warned.mock.callCount(), 1);
	assert.equal(label('part.copy'), strings['part.copy']);
	assert.equal(label('example.com'), 'example.com');
	assert.equal(label(undefined), undefined);
	assert(!hasText('toString') && !hasText('__proto__'));
});

test('plural forms are whole', () => {
	for (const [key, form] of Object.entries(strings)) {
		if (typeof form !== 'string')
			assert(form.one !== undefined && form.other !== undefined, key);
	}
});
