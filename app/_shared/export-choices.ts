/** The forms in which a list is taken along. */
export const exportChoices = [
  { words: 'CSV', parameters: { format: 'csv' } },
  // With a byte order mark, by which spreadsheet programs see that it is UTF-8.
  { words: 'CSV for spreadsheets', parameters: { format: 'csv', bom: '1' } },
  { words: 'NDJSON', parameters: { format: 'ndjson' } },
] as const;
