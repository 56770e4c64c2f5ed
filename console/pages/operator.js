/* What several pages of operators share. Calls nothing by itself. */
import {text} from '../strings.js';
import {badge} from '../parts.js';

/* An account's state as a word: paused before review before sandbox. */
export function stateBadge(account) {
	if (account.Paused)
		return badge('bad', text('operator.state.paused'));
	if (account.Standing === 'UNDER_REVIEW')
		return badge('warn', text('operator.state.review'));
	return account.Production
		? badge('good', text('operator.state.production'))
		: badge('quiet', text('operator.state.sandbox'));
}

export function accountPath(name) {
	return '/console/operator/accounts/' + encodeURIComponent(name);
}

/* Where an operator sees what the account sees. */
export function viewPath(name) {
	return '/console/view/' + encodeURIComponent(name);
}
