// Settings of common programs: for each of them, places and the lines that go
// there. Values of people are quoted as the program wants it.

const SMTP = {postfix, msmtp, django, nodemailer, phpmailer, wordpress, swaks};
const API = {boto3, cli, javascript};

/** Names of the programs, for credentials.client.NAME. */
export const CLIENTS = [...Object.keys(SMTP), ...Object.keys(API)];

/** Does it speak to the API rather than SMTP? */
export function usesApi(client) {
	return Object.hasOwn(API, client);
}

/**
 * [[place, lines], …]. facts: host, port, isTls (from the beginning, else
 * STARTTLS), user, password; url, region, id, secret.
 */
export function linesOf(client, facts) {
	return (SMTP[client] ?? API[client])(facts);
}

/* JavaScript's, Python's and PHP's single quotes. */
function quoted(value) {
	return `'${String(value).replace(/[\\']/g, '\\$&')}'`;
}

function shell(value) {
	return `'${String(value).replace(/'/g, '\'\\\'\'')}'`;
}

function join(...lines) {
	return lines.filter(line => line !== false).join('\n');
}

function postfix({host, port, isTls, user, password}) {
	return [
		['/etc/postfix/main.cf', join(
			`relayhost = [${host}]:${port}`,
			'smtp_sasl_auth_enable = yes',
			'smtp_sasl_security_options = noanonymous',
			'smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd',
			'smtp_tls_security_level = encrypt',
			isTls && 'smtp_tls_wrappermode = yes')],
		['/etc/postfix/sasl_passwd', `[${host}]:${port} ${user}:${password}`],
		['sh', join('chmod 600 /etc/postfix/sasl_passwd',
			'postmap hash:/etc/postfix/sasl_passwd', 'postfix reload')]];
}

function msmtp({host, port, isTls, user, password}) {
	return [['~/.msmtprc', join(
		'account sendward',
		`host ${host}`,
		`port ${port}`,
		'tls on',
		`tls_starttls ${isTls ? 'off' : 'on'}`,
		'auth on',
		`user ${user}`,
		`password ${password}`,
		'from you@example.com',
		'account default : sendward')],
	['sh', 'chmod 600 ~/.msmtprc']];
}

function django({host, port, isTls, user, password}) {
	return [['settings.py', join(
		`EMAIL_HOST = ${quoted(host)}`,
		`EMAIL_PORT = ${port}`,
		isTls ? 'EMAIL_USE_SSL = True' : 'EMAIL_USE_TLS = True',
		`EMAIL_HOST_USER = ${quoted(user)}`,
		`EMAIL_HOST_PASSWORD = ${quoted(password)}`,
		'DEFAULT_FROM_EMAIL = \'you@example.com\'')]];
}

function nodemailer({host, port, isTls, user, password}) {
	return [['mail.mjs', join(
		'import nodemailer from \'nodemailer\';',
		'',
		'const transport = nodemailer.createTransport({',
		`  host: ${quoted(host)},`,
		`  port: ${port},`,
		`  secure: ${isTls},`,
		!isTls && '  requireTLS: true,',
		`  auth: {user: ${quoted(user)}, pass: ${quoted(password)}},`,
		'});',
		'await transport.sendMail({from: \'you@example.com\', to: \'them@example.net\',',
		'  subject: \'Hello\', text: \'Hello\'});')]];
}

function phpmailer({host, port, isTls, user, password}) {
	return [['mail.php', join(
		'$mail = new PHPMailer\\PHPMailer\\PHPMailer(true);',
		'$mail->isSMTP();',
		`$mail->Host = ${quoted(host)};`,
		`$mail->Port = ${port};`,
		`$mail->SMTPSecure = ${quoted(isTls ? 'ssl' : 'tls')};`,
		'$mail->SMTPAuth = true;',
		`$mail->Username = ${quoted(user)};`,
		`$mail->Password = ${quoted(password)};`,
		'$mail->setFrom(\'you@example.com\');')]];
}

/* WP Mail SMTP reads these constants. */
function wordpress({host, port, isTls, user, password}) {
	const define = (name, value) => `define( '${name}', ${value} );`;
	return [['wp-config.php (WP Mail SMTP)', join(
		define('WPMS_ON', 'true'),
		define('WPMS_MAILER', '\'smtp\''),
		define('WPMS_SMTP_HOST', quoted(host)),
		define('WPMS_SMTP_PORT', port),
		define('WPMS_SSL', quoted(isTls ? 'ssl' : 'tls')),
		define('WPMS_SMTP_AUTH', 'true'),
		define('WPMS_SMTP_USER', quoted(user)),
		define('WPMS_SMTP_PASS', quoted(password)),
		define('WPMS_MAIL_FROM', '\'you@example.com\''))]];
}

function swaks({host, port, isTls, user, password}) {
	return [['sh', join(
		`swaks --server ${shell(host)} --port ${port} ${isTls ?
			'--tls-on-connect' : '--tls'} \\`,
		`  --auth-user ${shell(user)} --auth-password ${shell(password)} \\`,
		'  --from you@example.com --to them@example.net')]];
}

function boto3({url, region, id, secret}) {
	return [['mail.py', join(
		'import boto3',
		'',
		'ses = boto3.client(',
		'    \'sesv2\',',
		`    endpoint_url=${quoted(url)},`,
		`    region_name=${quoted(region)},`,
		`    aws_access_key_id=${quoted(id)},`,
		`    aws_secret_access_key=${quoted(secret)},`,
		')',
		'print(ses.get_account()[\'SendQuota\'])')]];
}

function cli({url, region, id, secret}) {
	return [['~/.aws/credentials', join('[sendward]', `aws_access_key_id = ${id}`,
		`aws_secret_access_key = ${secret}`)],
	['~/.aws/config', join('[profile sendward]', `region = ${region}`,
		`endpoint_url = ${url}`)],
	['sh', 'aws --profile sendward sesv2 get-account']];
}

function javascript({url, region, id, secret}) {
	return [['mail.mjs', join(
		'import {SESv2Client, GetAccountCommand} from \'@aws-sdk/client-sesv2\';',
		'',
		'const ses = new SESv2Client({',
		`  endpoint: ${quoted(url)},`,
		`  region: ${quoted(region)},`,
		'  credentials: {',
		`    accessKeyId: ${quoted(id)},`,
		`    secretAccessKey: ${quoted(secret)},`,
		'  },',
		'});',
		'console.log((await ses.send(new GetAccountCommand())).SendQuota);')]];
}
