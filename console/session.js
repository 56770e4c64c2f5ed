// Who is signed in, and whose account is looked at. It asks nobody: api.js
// does; this is what both it and the frame know.

let current = {SignedIn: false};
let viewed = '';
const listeners = new Set();

/** What GetSession answered last. */
export function session() {
	return current;
}

/** Whether somebody is signed in and has nothing to do before. */
export function isReady() {
	return current.SignedIn === true && current.MustChangePassword !== true;
}

/** Takes a new answer of GetSession or SignIn; tells those who listen. */
export function setSession(answer) {
	current = answer ?? {SignedIn: false};
	for (const listener of listeners)
		listener(current);
}

/** The session is over; what is open has to wait for a new one. */
export function endSession() {
	if (current.SignedIn)
		setSession({SignedIn: false, Ended: true});
}

/** Calls the listener at each change of session. */
export function onSession(listener) {
	listeners.add(listener);
}

/** The account that an operator looks at, '' when none. */
export function viewedAccount() {
	return viewed;
}

export function setViewedAccount(name) {
	viewed = name;
}
