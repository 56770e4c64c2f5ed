// How the mail of an identity leaves: its signature, its MAIL FROM domain, what
// comes back, and the configuration set it has by itself.
import {h} from '../dom.js';
import {text} from '../strings.js';
import {call} from '../api.js';
import {form} from '../form.js';
import {button, card, confirm, dialog, facts, time} from '../parts.js';
import {bareKey, statusBadge} from './identities.js';
import {slot} from './keep.js';

const SETS_MOST = 1000;

/** The cards; they follow page.identity by page.slots, and page.change() changes it. */
export function settings(page) {
	const cards = [page.isDomain && ['identity.dkim', dkim,
		one => one.DkimAttributes],
	['identity.mail_from', mailFrom, one => one.MailFromAttributes],
	['identity.feedback', feedback, one => one.FeedbackForwardingStatus],
	['identity.set', defaultSet, one => one.ConfigurationSetName ?? '']];
	return cards.filter(Boolean).map(([key, render, of]) => {
		const body = slot(() => render(page, page.identity));
		const follow = () => body.set(of(page.identity) ?? null);
		page.slots.push(follow);
		follow();
		return card(key, body.element);
	});
}

function actions(page, ...buttons) {
	return !page.view.isViewing && h('div', {class: 'actions'}, buttons);
}

/* ---- DKIM ------------------------------------------------------------------------- */

function dkim(page, {DkimAttributes: now = {}}) {
	const isOn = now.SigningEnabled === true;
	const isOwn = now.SigningAttributesOrigin === 'EXTERNAL';
	return [facts([
		['identity.dkim_state', statusBadge(now.Status)],
		['identity.dkim_signs', text(isOn ? 'identity.on' : 'identity.off')],
		['identity.dkim_origin', text(isOwn ? 'identity.dkim_own' :
			now.Tokens?.length > 1 ? 'identity.dkim_easy' : 'identity.dkim_made')],
		['identity.dkim_length', now.CurrentSigningKeyLength &&
			text(`identity.length.${now.CurrentSigningKeyLength}`)],
		['identity.dkim_since', now.LastKeyGenerationTimestamp &&
			time(now.LastKeyGenerationTimestamp)]]),
	h('p', {class: 'hint'}, text(isOwn ? 'identity.rotate_own' :
		now.Tokens?.length > 1 ? 'identity.rotate_easy' : 'identity.rotate_made')),
	actions(page, button(isOn ? 'identity.sign_stop' : 'identity.sign_start',
		() => sign(page, !isOn)),
	button('identity.new_key', () => newKey(page)))];
}

async function sign(page, isOn) {
	if (!isOn && await confirm({title: 'identity.sign_stop_title',
		body: 'identity.sign_stop_text', submit: 'identity.sign_stop',
		danger: true}) === null)
		return;
	await page.change('PUT', '/dkim', {SigningEnabled: isOn},
		text('identity.saved'));
}

function newKey(page) {
	const fill = form({fields: [
		{name: 'Keys', key: 'identities.keys', type: 'select', choices: [
			['RSA_2048_BIT', 'identity.key_2048'],
			['RSA_1024_BIT', 'identities.keys_1024'],
			['OWN', 'identities.keys_own']]},
		{name: 'DomainSigningSelector', key: 'identities.selector', bare: true,
			type: 'text', most: 63, hint: 'identities.selector_hint'},
		{name: 'DomainSigningPrivateKey', key: 'identities.private_key',
			bare: true, type: 'textarea', hint: 'identities.private_key_hint'}],
	submit: 'identity.new_key',
	action: async ({Keys, ...own}) => {
		await page.change('PUT', '/dkim/signing', Keys === 'OWN' ?
			{SigningAttributesOrigin: 'EXTERNAL', SigningAttributes: {
				DomainSigningSelector: own.DomainSigningSelector,
				DomainSigningPrivateKey: bareKey(own.DomainSigningPrivateKey)}} :
			{SigningAttributesOrigin: 'AWS_SES', SigningAttributes: {
				NextSigningKeyLength: Keys}}, text('identity.key_made'));
		open.close();
	}});
	const open = dialog({title: 'identity.new_key',
		body: [h('p', null, text('identity.new_key_text')), fill]});
	const arrange = () => {
		for (const name of ['DomainSigningSelector', 'DomainSigningPrivateKey'])
			fill.querySelector(`[name=${name}]`).closest('.field').hidden =
				fill.querySelector('[name=Keys]').value !== 'OWN';
	};
	fill.addEventListener('input', arrange);
	arrange();
}

/* ---- MAIL FROM --------------------------------------------------------------------- */

function mailFrom(page, {MailFromAttributes: now = {}}) {
	const {MailFromDomain, MailFromDomainStatus, BehaviorOnMxFailure} = now;
	if (!MailFromDomain)
		return [h('p', null, text('identity.mail_from_none')),
			actions(page, button('identity.mail_from_set', () =>
				setMailFrom(page, now)))];
	return [facts([
		['identity.mail_from_domain', h('code', null, MailFromDomain)],
		['identity.dkim_state', statusBadge(MailFromDomainStatus)],
		['identity.mail_from_failure',
			text(`identity.behavior.${BehaviorOnMxFailure}`)]]),
	MailFromDomainStatus !== 'SUCCESS' &&
		h('p', {class: 'hint'}, text('identity.mail_from_records')),
	actions(page, button('identity.mail_from_change', () =>
		setMailFrom(page, now)),
	button('identity.mail_from_remove', () => removeMailFrom(page)))];
}

async function setMailFrom(page, now) {
	const domain = page.name.slice(page.name.lastIndexOf('@') + 1);
	await confirm({title: 'identity.mail_from_set',
		body: text('identity.mail_from_text', {domain}), submit: 'identity.save',
		fields: [
			{name: 'MailFromDomain', key: 'identity.mail_from_domain', type: 'text',
				required: true, value: now.MailFromDomain ?? '',
				placeholder: `mail.${domain}`, most: 253},
			{name: 'BehaviorOnMxFailure', key: 'identity.mail_from_failure',
				type: 'select', value: now.BehaviorOnMxFailure, choices: [
					['USE_DEFAULT_VALUE', 'identity.behavior.USE_DEFAULT_VALUE'],
					['REJECT_MESSAGE', 'identity.behavior.REJECT_MESSAGE']]}],
		action: values => page.change('PUT', '/mail-from', values,
			text('identity.mail_from_done'))});
}

async function removeMailFrom(page) {
	await confirm({title: 'identity.mail_from_remove_title',
		body: 'identity.mail_from_remove_text', submit: 'identity.mail_from_remove',
		danger: true, action: () => page.change('PUT', '/mail-from', {},
			text('identity.saved'))});
}

/* ---- what comes back ------------------------------------------------------------------ */

function feedback(page, {FeedbackForwardingStatus: isOn}) {
	return [h('p', null, text(isOn ? 'identity.feedback_on' :
		'identity.feedback_off')),
	actions(page, button(isOn ? 'identity.feedback_stop' :
		'identity.feedback_start', () => page.change('PUT', '/feedback',
		{EmailForwardingEnabled: !isOn}, text('identity.saved'))))];
}

/* ---- the default set -------------------------------------------------------------------- */

function defaultSet(page, {ConfigurationSetName: now}) {
	return [h('p', null, now ? [text('identity.set_is'), ' ',
		h('strong', null, now)] : text('identity.set_none')),
	h('p', {class: 'hint'}, text('identity.set_hint')),
	actions(page, button('identity.set_change', () => setDefault(page, now)))];
}

async function setDefault(page, now = '') {
	const {ConfigurationSets = []} = await call('GET',
		'/v2/email/configuration-sets', {query: {PageSize: SETS_MOST}});
	await confirm({title: 'identity.set', submit: 'identity.save',
		body: text(ConfigurationSets.length > 0 ? 'identity.set_text' :
			'identity.set_no_sets'),
		fields: [{name: 'ConfigurationSetName', key: 'identity.set', type: 'select',
			value: now, choices: [['', 'identity.set_no'],
				...ConfigurationSets.map(name => [name, name])]}],
		action: values => page.change('PUT', '/configuration-set', values,
			text('identity.saved'))});
}
