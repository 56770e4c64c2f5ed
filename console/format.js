// Figures and times as texts. Words are in the language of strings.js, dates in
// the viewer's locale and zone.
import {lang, text} from './strings.js';

const UNITS = [['year', 31557600], ['month', 2629800], ['week', 604800],
	['day', 86400], ['hour', 3600], ['minute', 60]];
const relativeWords = new Intl.RelativeTimeFormat(lang, {numeric: 'auto'});
const dates = new Intl.DateTimeFormat(undefined,
	{dateStyle: 'medium', timeStyle: 'medium'});
const days = new Intl.DateTimeFormat(undefined,
	{day: 'numeric', month: 'short'});
const clock = new Intl.DateTimeFormat(undefined,
	{hour: '2-digit', minute: '2-digit'});
const utc = new Intl.DateTimeFormat('sv-SE',
	{dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC'});

/** 1234567 → 1,234,567; what is not known is a dash. */
export function number(n, most = 2) {
	return isKnown(n) ?
		Number(n).toLocaleString(lang, {maximumFractionDigits: most}) : '–';
}

/** 0.0512 → 5.12 %: as many digits as rates of mail need. */
export function percent(fraction) {
	if (!isKnown(fraction))
		return '–';
	const value = fraction * 100;
	const digits = Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.995 ? 2 : 3;
	return `${value.toLocaleString(lang, {maximumFractionDigits: digits})} %`;
}

/** 1536 → 1.5 KiB. */
export function bytes(n) {
	if (!isKnown(n))
		return '–';
	const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
	let value = Number(n);
	let unit = 0;
	while (value >= 1024 && unit < names.length - 1) {
		value /= 1024;
		unit += 1;
	}
	return `${number(value, value < 10 && unit > 0 ? 1 : 0)} ${names[unit]}`;
}

/** Seconds since 1970 → '5 minutes ago', 'in 2 days'. */
export function relative(seconds, now = Date.now() / 1000) {
	const away = seconds - now;
	for (const [unit, length] of UNITS) {
		if (Math.abs(away) >= length)
			return relativeWords.format(Math.trunc(away / length), unit);
	}
	return text('part.now');
}

/** Seconds since 1970 → date and time where the viewer is. */
export function date(seconds) {
	return dates.format(new Date(seconds * 1000));
}

/** Seconds since 1970 → day, or time of the day, short: for charts. */
export function shortDate(seconds, isDay) {
	return (isDay ? days : clock).format(new Date(seconds * 1000));
}

/** Seconds since 1970 → 2026-11-28 19:00:00 UTC. */
export function dateUtc(seconds) {
	return text('part.utc', {date: utc.format(new Date(seconds * 1000))});
}

function isKnown(n) {
	return n !== null && n !== undefined && n !== '' && Number.isFinite(Number(n));
}
