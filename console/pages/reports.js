/* Reports that came back: bounces and complaints, above all those that belong to
 * nobody. */
import {h, replace} from '../dom.js';
import {hasText, text} from '../strings.js';
import {call} from '../api.js';
import {list} from '../list.js';
import {badge, heading, time} from '../parts.js';

export const title = 'reports.title';

/* As `sendwardctl feedback list` names them. */
const states = ['MATCHED', 'UNMATCHED', 'FORGED', 'STRANGE', 'LATE'];

export function formatOf(format) {
	const key = `reports.format.${format}`;

	return hasText(key) ? text(key) : format;
}

export async function show(view) {
	const reports = list(view, {
		load: async (query, token, signal) => {
			const answer = await call('GET', '/sendward/operator/reports',
				{query: {...query, NextToken: token}, signal});
			return {rows: answer.Reports, next: answer.NextToken};
		},
		columns: [
			{key: 'reports.received', cell: row => time(row.Timestamp)},
			{key: 'reports.state', cell: row => badge(
				row.State === 'UNMATCHED' || row.State === 'FORGED'
					? 'warn' : 'quiet',
				text('reports.state.' + row.State))},
			{key: 'reports.why', cell: row => row.Why || '', class: 'wide'},
			{key: 'reports.format', class: 'mail-name',
				cell: row => formatOf(row.Format)},
			{key: 'reports.recipient', class: 'came-to', cell: row =>
				h('span', {title: row.Recipient}, row.Recipient)},
		],
		filters: [{name: 'State', key: 'reports.state', choices: [
			['', 'reports.all'],
			...states.map(state => [state, 'reports.state.' + state]),
		]}],
		id: row => String(row.ReportId),
		link: row => '/console/operator/reports/' +
			encodeURIComponent(row.ReportId),
		live: 10000,
		empty: {text: 'reports.empty'},
		none: 'reports.none',
	});

	replace(view.root, heading(1, text('reports.title')),
		reports.element);
}
