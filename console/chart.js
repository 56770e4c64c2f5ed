// Charts by Chart.js, which is loaded when the first is shown, and the same
// figures as a table: for readers of screens, and when the script is missing.
import {h, replace} from './dom.js';
import {text} from './strings.js';
import {details, table, notice, number} from './parts.js';

const SCRIPT = '/console/vendor/chart.js';
const HEIGHT = 240;
let loading = null;

/* The script looks for no module system and sets window.Chart. */
function load() {
	loading ??= import(SCRIPT).then(() => globalThis.Chart ??
		Promise.reject(new Error('no Chart')));
	return loading;
}

/**
 * kind: 'line' or 'bar'; labels: texts of the axis; series: [{name, values,
 * kind}] with kinds good, warn, bad, quiet, plain; label: what the chart shows.
 * → {element, update({labels, series})}
 */
export function chart({kind, labels, series, label, height = HEIGHT}) {
	const state = {kind, label, height, labels, series, drawn: null};
	state.canvas = h('canvas', {role: 'img', 'aria-label': label});
	state.box = h('div', {class: 'chart-box'}, state.canvas);
	state.figures = h('div');
	state.legend = h('ul', {class: 'chart-legend'});
	state.note = h('div');
	state.element = h('figure', {class: 'chart'}, state.legend, state.box, state.note,
		details('chart.table', state.figures));
	describe(state);
	load().then(Chart => draw(state, Chart), () => missing(state));
	return {element: state.element, update: news => update(state, news)};
}

function update(state, {labels, series}) {
	state.labels = labels ?? state.labels;
	state.series = series ?? state.series;
	describe(state);
	if (state.drawn !== null)
		paint(state);
}

/* Names with their colour above, figures below. */
function describe(state) {
	replace(state.legend, state.series.map(one =>
		h('li', {class: `kind-${one.kind ?? 'plain'}`}, one.name)));
	const columns = [{key: text('chart.time'), cell: n => state.labels[n]},
		...state.series.map(one => ({key: one.name, number: true,
			cell: n => number(one.values[n])}))];
	/* the newest first */
	replace(state.figures, table({label: state.label, columns,
		rows: state.labels.map((_, n) => n).reverse()}));
}

function missing(state) {
	state.box.remove();
	replace(state.note, notice('quiet', '', text('chart.missing')));
	state.element.querySelector('details').open = true;
}

function draw(state, Chart) {
	state.canvas.height = state.height;
	state.drawn = new Chart(state.canvas, {type: state.kind, data: {labels: [],
		datasets: []}, options: options(state)});
	const size = new ResizeObserver(() => fit(state));
	const themes = new MutationObserver(() => paint(state));
	const scheme = matchMedia('(prefers-color-scheme: dark)');
	const again = () => paint(state);
	scheme.addEventListener('change', again);
	themes.observe(document.documentElement, {attributeFilter: ['data-theme']});
	size.observe(state.box);
	whenGone(state, () => {
		size.disconnect();
		themes.disconnect();
		scheme.removeEventListener('change', again);
		state.drawn.destroy();
		state.drawn = null;
	});
	paint(state);
	fit(state);
}

/* A chart has no view: it ends when its element leaves the page. */
function whenGone(state, end) {
	let wasThere = state.element.isConnected;
	const watch = new MutationObserver(() => {
		if (state.element.isConnected) {
			wasThere = true;
		} else if (wasThere) {
			watch.disconnect();
			end();
		}
	});
	watch.observe(document.body, {childList: true, subtree: true});
}

function fit(state) {
	const width = Math.floor(state.box.clientWidth);
	if (state.drawn !== null && width > 0 && width !== state.drawn.width)
		state.drawn.resize(width, state.height);
}

function colour(state, name) {
	const probe = h('span', {class: `kind-${name} probe`});
	state.box.append(probe);
	const found = getComputedStyle(probe).color;
	probe.remove();
	return found;
}

function paint(state) {
	if (state.drawn === null)
		return;
	const quiet = colour(state, 'axis');
	const grid = colour(state, 'grid');
	state.drawn.data.labels = state.labels;
	state.drawn.data.datasets = state.series.map(one => dataset(state, one));
	for (const axis of Object.values(state.drawn.options.scales)) {
		axis.ticks.color = quiet;
		axis.grid.color = grid;
		axis.grid.borderColor = grid;
	}
	state.drawn.update('none');
}

function dataset(state, one) {
	const main = colour(state, one.kind ?? 'plain');
	return {label: one.name, data: one.values, borderColor: main,
		backgroundColor: main, borderWidth: state.kind === 'bar' ? 0 : 2,
		pointRadius: 0, pointHitRadius: 12, pointHoverRadius: 4, tension: 0,
		borderDash: one.dashed ? [5, 4] : [], maxBarThickness: 28};
}

function options(state) {
	const font = {family: getComputedStyle(document.body).fontFamily, size: 12};
	const stacked = state.kind === 'bar';
	return {responsive: false, animation: false, maintainAspectRatio: false,
		layout: {padding: {right: 10}},
		interaction: {mode: 'index', intersect: false},
		plugins: {legend: {display: false}, tooltip: {displayColors: true,
			boxPadding: 4, padding: 10, cornerRadius: 6, titleFont: font, bodyFont: font}},
		scales: {
			x: {stacked, ticks: {font, maxRotation: 0, autoSkipPadding: 24},
				grid: {display: false}},
			y: {stacked, beginAtZero: true, ticks: {font, precision: 0, maxTicksLimit: 6},
				grid: {}},
		}};
}
