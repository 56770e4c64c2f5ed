// Before the first paint: the theme that was chosen here, if one was.
try {
	const theme = localStorage.getItem('sendward.theme');
	if (theme === 'light' || theme === 'dark')
		document.documentElement.dataset.theme = theme;
} catch {
	/* no storage: as the system */
}
