// DNS records to be published: as a table with what a look found, and as lines of
// a zone file.
import {h} from '../dom.js';
import {text} from '../strings.js';
import {badge, copy, icon, table} from '../parts.js';

const RESULTS = {FOUND: 'good', MISSING: 'quiet', DIFFERENT: 'bad',
	ELSEWHERE: 'warn', NO_ANSWER: 'warn', NOT_NEEDED: 'quiet'};
/** What no proof needs, and receivers like. */
export const ADVICE = ['SPF', 'DMARC'];
const STRING_MAX = 255; /* RFC 1035 §3.3.14 */

/** What a look found for a record; undefined: it was not looked for. */
export function findingOf(record, findings) {
	return findings?.find(one => one.Name === record.Name &&
		one.Type === record.Type && one.For === record.For);
}

/** relative: names without the domain, as some panels want them. */
export function recordsTable({records, findings, domain, relative, label}) {
	return table({label, rows: records, columns: [
		{key: 'records.type', class: 'record-type', cell: row => h('code', null, row.Type)},
		{key: 'records.name', class: 'record', cell: row =>
			value(relative ? nameWithin(row.Name, domain) : row.Name)},
		{key: 'records.value', class: 'record', cell: row => [
			row.Priority !== undefined && h('p', {class: 'record-priority'},
				text('records.priority', {priority: row.Priority})),
			value(row.Value), h('p', {class: 'hint'}, about(row))]},
		{key: 'records.state', class: 'record-state', cell: row =>
			state(findingOf(row, findings), row)}]});
}

function about({Purpose, Note}) {
	return [Purpose, Note && `: ${Note}`];
}

function value(words) {
	return h('div', {class: 'copyable'}, h('code', null, words), copy(words));
}

/** 'x._domainkey' of 'x._domainkey.example.com'; '@' of the domain itself. */
export function nameWithin(name, domain) {
	if (name === domain)
		return '@';
	return name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : name;
}

function state(finding, record) {
	if (record.RemoveAfterTimestamp)
		return h('span', {class: 'quiet'}, text('records.leave'));
	const isAdvice = ADVICE.includes(record.For);
	const isIdle = finding?.Result === 'MISSING' && !record.Required && !isAdvice;
	if (finding === undefined || isIdle)
		return record.Required ? badge('quiet', text('records.not_asked')) :
			h('span', {class: 'quiet'}, text('records.optional'));
	return [badge(RESULTS[finding.Result] ?? 'quiet',
		text(`records.result.${finding.Result}`)),
	/* a card of its own says it */
	!isAdvice && hint(finding)];
}

/** What is there instead, and what to do. */
export function hint({Result, Found, FoundAt, Hint}) {
	const isRight = Result === 'FOUND' || Result === 'NOT_NEEDED';
	return [
		FoundAt && h('p', {class: 'record-hint'}, icon('alert'),
			text('records.found_at'), ' ', h('code', null, FoundAt)),
		!isRight && Found?.length > 0 && Result !== 'ELSEWHERE' &&
			h('div', {class: 'record-found'}, h('p', {class: 'quiet'},
				text('records.found')), Found.map(one => h('code', null, one))),
		Hint && h('p', {class: 'record-hint'}, Hint)];
}

/** The lines of a zone file (RFC 1035 §5). */
export function zoneFile(records) {
	return records.map(({Purpose, Name, Type, Priority, Value}) =>
		`; ${Purpose}\n${Name}. IN ${Type} ${zoneValue(Type, Priority, Value)}\n`)
		.join('');
}

function zoneValue(type, priority, words) {
	if (type === 'TXT')
		return zoneStrings(words);
	return priority === undefined ? `${words}.` : `${priority} ${words}.`;
}

function zoneStrings(words) {
	const parts = [];
	for (let at = 0; at < words.length; at += STRING_MAX)
		parts.push(`"${words.slice(at, at + STRING_MAX)
			.replace(/["\\]/g, '\\$&')}"`);
	return parts.length === 1 ? parts[0] : `( ${parts.join('\n    ')} )`;
}
