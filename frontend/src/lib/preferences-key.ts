/** Where this browser keeps what a person chose about the page. The script before the first paint reads the same entry. */
export const preferencesKey = 'tradercoin.preferences'
