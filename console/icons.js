// Drawings of 16 by 16, in the colour of the text around.
import {svg} from './dom.js';

const paths = {
	alert: 'M8 2 1.5 13.5h13zM8 6.5v3M8 11.6v.1',
	back: 'M10 3 5 8l5 5',
	ban: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M3.8 3.8l8.4 8.4',
	bell: 'M4 11V7a4 4 0 0 1 8 0v4l1.2 1.5H2.8zM6.7 14.2h2.6',
	check: 'm3 8.5 3.3 3.3L13 5',
	clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.8V8l2.2 1.6',
	copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
	cross: 'm4 4 8 8M12 4l-8 8',
	dot: 'M8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3',
	down: 'm4 6 4 4 4-4',
	download: 'M8 2.5v7.5M4.8 7 8 10.2 11.2 7M2.5 13.5h11',
	exit: 'M6 2.5H3v11h3M6.5 8H14M11 5l3 3-3 3',
	eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8M8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6',
	file: 'M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3M5.8 8h4.4M5.8 10.8h4.4',
	flag: 'M3.5 14.5v-12h8.7l-2 3.2 2 3.3H3.5',
	gauge: 'M2.8 12.5a6 6 0 1 1 10.4 0M8 9.5l2.6-3.3',
	globe: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M2 8h12M8 2c4 4 4 8 0 12M8 2C4 6 4 10 8 14',
	inbox: 'M2 9.5 4 3h8l2 6.5v4H2zM2 9.5h3.5l1 1.6h3l1-1.6H14',
	info: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 7.3v3.6M8 5v.1',
	key: 'M5 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 8h6.5v2.5M11.800 8v2',
	layers: 'm8 2 6 3-6 3-6-3zM2 8l6 3 6-3M2 11l6 3 6-3',
	mail: 'M2 3.5h12v9H2zM2 4.2l6 4.6 6-4.6',
	menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
	moon: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1',
	plus: 'M8 3v10M3 8h10',
	pulse: 'M1.5 8.5h3l2-5 3 9 2-4h3',
	screen: 'M2 3h12v8H2zM5.5 13.8h5M8 11v2.8',
	search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3l3.4 3.4',
	send: 'M14 2 1.8 6.8l5 2.4 2.4 5zM14 2 6.8 9.2',
	shield: 'M8 1.8 13 3.5v4.2c0 3-2 5.2-5 6.5-3-1.3-5-3.5-5-6.5V3.5z',
	sliders: 'M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M10.2 2.8v3.4M5.8 9.8v3.4',
	sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
	up: 'm4 10 4-4 4 4',
	users: 'M6 2.8a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M1.5 13.5a4.5 4.5 0 0 1 9 0M10.5 3a2.5 2.5 0 0 1 0 4.6M12.2 9.6a4.5 4.5 0 0 1 2.3 3.9',
};

/** The drawing of a name; nothing for readers of screens: words stand beside. */
export function icon(name) {
	return svg('svg', {class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true',
		focusable: 'false'}, svg('path', {d: paths[name] ?? ''}));
}
