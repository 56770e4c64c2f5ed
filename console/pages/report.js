/* One report as it came. */
import {h, replace} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {badge, card, facts, heading, icon, link, notice, time}
	from '../parts.js';
import {formatOf} from './reports.js';

export const title = 'report.title';

export async function show(view) {
	const report = await call('GET', '/sendward/operator/reports/' +
		encodeURIComponent(view.params.id), {signal: view.signal});

	replace(view.root,
		h('p', {class: 'back'}, link('/console/operator/reports', {},
			icon('back'), text('report.back'))),
		heading(1, text('report.title')),
		card(text('report.facts'), facts([
			[text('reports.state'), badge('quiet',
				text('reports.state.' + report.State))],
			[text('reports.why'), report.Why || null],
			[text('reports.received'), time(report.Timestamp)],
			[text('reports.recipient'), report.Recipient],
			[text('reports.format'), formatOf(report.Format)],
		])),
		card(text('report.content'),
			report.Truncated && notice('quiet', text('report.truncated')),
			h('pre', {class: 'raw', tabindex: '0'}, report.Content)));
}
