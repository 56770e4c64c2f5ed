// A measured value on a line, with what is near it.
import {h, unique} from './dom.js';
import {text, label as words} from './strings.js';
import {percent} from './format.js';

/**
 * label: what; value: may be missing; most: the end of the line; marks: lines
 * [{at, label, kind}]; low, high: the interval; text: how the value is written.
 */
export function meter({label, value, most, marks = [], low, high, text: shown}) {
	const name = unique('meter');
	const isKnown = value !== undefined && value !== null;
	const kind = isKnown ? kindOf(value, marks) : 'quiet';
	return h('div', {class: ['meter', `kind-${kind}`]},
		h('div', {class: 'meter-head'}, h('span', {id: name}, words(label)),
			h('strong', {class: 'number'}, said(isKnown, value, shown))),
		line({name, isKnown, value, most, marks, low, high, shown}),
		legend(marks, low, high));
}

function said(isKnown, value, shown) {
	return shown ?? (isKnown ? percent(value) : text('part.unknown'));
}

function kindOf(value, marks) {
	let kind = 'good';
	for (const mark of marks) {
		if (value >= mark.at)
			kind = mark.kind ?? kind;
	}
	return kind;
}

function line({name, isKnown, value, most, marks, low, high, shown}) {
	const part = at => `${Math.max(0, Math.min(1, at / most)) * 100}%`;
	const band = h('span', {class: 'meter-band'});
	const bar = h('span', {class: 'meter-bar'});
	bar.style.width = isKnown ? part(value) : '0';
	if (low !== undefined && high !== undefined) {
		band.style.left = part(low);
		band.style.width = `calc(${part(high)} - ${part(low)})`;
	}
	return h('div', {class: 'meter-line', role: 'meter', 'aria-labelledby': name,
		'aria-valuemin': 0, 'aria-valuemax': most, 'aria-valuenow': isKnown ? value : 0,
		'aria-valuetext': said(isKnown, value, shown)},
	bar, low !== undefined && high !== undefined && band, marks.map(mark => {
		const tick = h('span', {class: ['meter-mark', `kind-${mark.kind}`]});
		tick.style.left = part(mark.at);
		return tick;
	}));
}

function legend(marks, low, high) {
	return h('div', {class: 'meter-legend'},
		marks.map(mark => h('span', {class: `kind-${mark.kind}`}, words(mark.label))),
		low !== undefined && high !== undefined && h('span', {class: 'quiet'},
			text('part.interval', {low: percent(low), high: percent(high)})));
}
