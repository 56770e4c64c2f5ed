// What an enhanced status code (RFC 3463 and IANA's list) means, in plain words.

const MEANINGS = {
	'1.0': 'smtp.1_0', '1.1': 'smtp.1_1', '1.2': 'smtp.1_2', '1.3': 'smtp.1_3',
	'1.4': 'smtp.1_4', '1.5': 'smtp.1_5', '1.6': 'smtp.1_6', '1.7': 'smtp.1_7',
	'1.8': 'smtp.1_8', '1.9': 'smtp.1_9', '1.10': 'smtp.1_10',
	'2.0': 'smtp.2_0', '2.1': 'smtp.2_1', '2.2': 'smtp.2_2', '2.3': 'smtp.2_3',
	'2.4': 'smtp.2_4',
	'3.0': 'smtp.3_0', '3.1': 'smtp.3_1', '3.2': 'smtp.3_2', '3.3': 'smtp.3_3',
	'3.4': 'smtp.3_4', '3.5': 'smtp.3_5',
	'4.0': 'smtp.4_0', '4.1': 'smtp.4_1', '4.2': 'smtp.4_2', '4.3': 'smtp.4_3',
	'4.4': 'smtp.4_4', '4.5': 'smtp.4_5', '4.6': 'smtp.4_6', '4.7': 'smtp.4_7',
	'5.0': 'smtp.5_0', '5.1': 'smtp.5_1', '5.2': 'smtp.5_2', '5.3': 'smtp.5_3',
	'5.4': 'smtp.5_4',
	'6.0': 'smtp.6_0', '6.1': 'smtp.6_1', '6.3': 'smtp.6_3', '6.6': 'smtp.6_6',
	'7.0': 'smtp.7_0', '7.1': 'smtp.7_1', '7.2': 'smtp.7_2', '7.5': 'smtp.7_5',
	'7.7': 'smtp.7_7', '7.8': 'smtp.7_8', '7.20': 'smtp.7_20',
	'7.23': 'smtp.7_23', '7.25': 'smtp.7_25', '7.26': 'smtp.7_26',
	'7.27': 'smtp.7_27',
};
const SUBJECTS = [null, 'smtp.subject_1', 'smtp.subject_2', 'smtp.subject_3',
	'smtp.subject_4', 'smtp.subject_5', 'smtp.subject_6', 'smtp.subject_7'];
const CLASSES = {2: 'smtp.class_2', 4: 'smtp.class_4', 5: 'smtp.class_5'};

/**
 * Keys of the sentences for a code: what is the matter, and whether trying again
 * helps. [] when it is no such code, or tells nothing.
 */
export function meaning(code) {
	const parts = /^([245])\.(\d{1,3})\.(\d{1,3})$/.exec(code ?? '');
	if (parts === null)
		return [];
	const [, first, subject, detail] = parts;
	const matter = MEANINGS[`${subject}.${detail}`] ?? SUBJECTS[subject];
	return [matter, CLASSES[first]].filter(Boolean);
}
