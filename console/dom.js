// Elements from names, attributes and children. Text always becomes a text
// node: nothing here, and nothing that uses it, makes HTML from text.

const SVG = 'http://www.w3.org/2000/svg';
/* set as properties: the attribute is only what they start with */
const PROPERTIES = new Set(['value', 'checked', 'selected', 'indeterminate']);
const ADDRESSES = new Set(['href', 'src', 'action', 'formaction', 'data']);

/**
 * An element. Attributes: `class` a string or an array with gaps, `on` an
 * object of listeners, true for a flag; null, undefined and false are left out.
 * Children: strings, numbers, nodes, arrays of them; null and false are left out.
 */
export function h(name, attributes, ...children) {
	return build(document.createElement(name), attributes, children);
}

/** As h(), for drawings. */
export function svg(name, attributes, ...children) {
	return build(document.createElementNS(SVG, name), attributes, children);
}

/** Puts the children in the place of all that is in the element. */
export function replace(element, ...children) {
	const nodes = document.createDocumentFragment();
	add(nodes, children);
	element.replaceChildren(nodes);
	return element;
}

/** Appends children as h() takes them. */
export function append(element, ...children) {
	add(element, children);
	return element;
}

let last = 0;

/** A name for an element that no other has, for labels and descriptions. */
export function unique(stem) {
	last += 1;
	return `${stem}-${last}`;
}

function build(element, attributes, children) {
	const later = [];
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (value === null || value === undefined || value === false)
			continue;
		if (PROPERTIES.has(name))
			later.push([name, value]);
		else
			set(element, name, value);
	}
	add(element, children);
	/* a select has no value before its options are there */
	for (const [name, value] of later)
		element[name] = value;
	return element;
}

function set(element, name, value) {
	if (name === 'on') {
		for (const [type, listener] of Object.entries(value))
			element.addEventListener(type, listener);
	} else if (name === 'class') {
		const names = Array.isArray(value) ?
			value.filter(Boolean).join(' ') : value;
		if (names !== '')
			element.setAttribute('class', names);
	} else if (/^on|^style$|^srcdoc$/i.test(name)) {
		throw new TypeError(`${name} is not for h()`);
	} else if (!ADDRESSES.has(name) || isSafe(value)) {
		element.setAttribute(name, value === true ? '' : value);
	}
}

/* What mail carries may become a link: only these ways lead anywhere. */
function isSafe(address) {
	try {
		const {protocol} = new URL(address, document.baseURI);
		return ['http:', 'https:', 'mailto:', 'otpauth:', 'blob:'].includes(protocol) ||
			String(address).startsWith('data:image/');
	} catch {
		return false;
	}
}

function add(parent, children) {
	for (const child of children) {
		if (Array.isArray(child))
			add(parent, child);
		else if (child instanceof Node)
			parent.append(child);
		else if (child !== null && child !== undefined && child !== false &&
			child !== true)
			parent.append(String(child));
	}
}
