// Example data for a template: what its tags name, in the form they need. Checks
// nothing: the server says what is wrong.

const TAG = /\{\{\{?([^{}]*)\}?\}\}/g;
const BLOCKS = new Set(['if', 'unless', 'each', 'with']);
const MOST = 1000;
const WORD = 'example';

/** An object with an example for everything that the texts name. */
export function exampleData(texts) {
	const data = {};
	for (const words of texts)
		read(words, data);
	return data;
}

/**
 * data with what `example` has beside; what is there stays, lists that are there
 * stay as they are.
 */
export function merged(data, example) {
	const result = {...data};
	for (const [name, value] of Object.entries(example)) {
		if (!Object.hasOwn(result, name))
			result[name] = value;
		else if (isObject(result[name]) && isObject(value))
			result[name] = merged(result[name], value);
	}
	return result;
}

function isObject(value) {
	return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/* scopes: what `this` is, from the outermost; null where nothing is to be noted. */
function read(words, data) {
	const scopes = [{at: data, block: ''}];
	let count = 0;
	for (const [, inside] of words.matchAll(TAG)) {
		if ((count += 1) > MOST)
			return;
		take(inside.replace(/^~|~$/g, '').trim(), scopes);
	}
}

function take(tag, scopes) {
	if (tag === '' || /^[!>]|^else$|^\^$/.test(tag))
		return;
	if (tag.startsWith('/')) {
		if (scopes.length > 1)
			close(scopes);
	} else if (tag.startsWith('#*')) {
		scopes.push({...scopes.at(-1), isSame: true});
	} else if (/^(this|\.)$/.test(tag.replace(/^&/, ''))) {
		scopes.findLast(scope => !scope.isSame).isText = true;
	} else if (/^[#^]/.test(tag)) {
		open(tag[0], tag.slice(1).trim(), scopes);
	} else if (tag.startsWith('else ')) {
		condition(tag.slice(5).trim().replace(/^(if|unless)\s+/, ''), scopes);
	} else {
		const [first, second] = tag.replace(/^&/, '').trim().split(/\s+/);
		note(first === 'lookup' ? second : first, scopes, value => value);
	}
}

/* A list whose items are written as they are is one of words. */
function close(scopes) {
	const {at, items, isText, isSame} = scopes.pop();
	if (!isSame && isText && items?.[0] === at && Object.keys(at).length === 0)
		items[0] = WORD;
}

function open(sign, tag, scopes) {
	const [first, ...rest] = tag.split(/\s+/);
	const helper = BLOCKS.has(first) && rest.length > 0 ? first : '';
	const path = helper === '' ? first : rest[0];
	const own = scopes.at(-1);
	/* names for items: what they name is not looked for */
	const named = /\bas\s+\|([^|]*)\|/.exec(tag)?.[1].trim().split(/\s+/) ?? [];
	if (helper === 'if' || helper === 'unless' || sign === '^') {
		note(path, scopes, () => sign === '#' && helper !== 'unless');
		scopes.push({...own, isSame: true});
		return;
	}
	const inner = {};
	if (helper === 'each')
		note(path, scopes, () => [inner]);
	else
		note(path, scopes, () => inner);
	const there = walk(path, scopes, () => undefined);
	const one = helper === 'each' && Array.isArray(there) ? there[0] : there;
	scopes.push({at: isObject(one) ? one : inner, named,
		items: Array.isArray(there) ? there : undefined});
}

function condition(path, scopes) {
	note(path, scopes, () => true);
}

function note(path, scopes, make) {
	walk(path, scopes, name => make(name));
}

/* Goes along the path from where it begins; make(name) makes the last part when
 * nothing is there, or what is there is only a word or a flag. */
function walk(path, scopes, make) {
	let begin = scopes.filter(scope => !scope.isSame);
	let rest = String(path ?? '');
	while (rest.startsWith('../')) {
		begin = begin.slice(0, -1);
		rest = rest.slice(3);
	}
	if (/^@root\./.test(rest)) {
		begin = scopes.slice(0, 1);
		rest = rest.slice(6);
	}
	rest = rest.replace(/^(this|\.)[./]/, '');
	const scope = begin.at(-1);
	if (!scope || !/^[^\s@"'|()=0-9-][^\s@"'|()=]*$/.test(rest) ||
		/^(this|\.|true|false|null|undefined)$/.test(rest))
		return scope?.at;
	const names = rest.split(/[./]/).map(name => name.replace(/^\[|\]$/g, ''));
	if (names.includes('__proto__') ||
		begin.some(one => one.named?.includes(names[0])))
		return undefined;
	return descend(scope.at, names, make);
}

function descend(at, names, make) {
	for (const name of names.slice(0, -1)) {
		if (!isObject(at[name]))
			at[name] = {};
		at = at[name];
	}
	const last = names.at(-1);
	const value = make(last);
	const there = Object.hasOwn(at, last) ? at[last] : undefined;
	if (value !== undefined && (there === undefined || typeof there === 'boolean' ||
		(typeof there === 'string' && typeof value === 'object')))
		at[last] = value;
	return Object.hasOwn(at, last) ? at[last] : undefined;
}
