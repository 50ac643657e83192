/** The accounts of a product under test: one for each role, with the same password. */
export const accounts = {
  viewer: 'viewer@example.org',
  operator: 'operator@example.org',
  admin: 'admin@example.org',
} as const;
export type AccountRole = keyof typeof accounts;

export const password = 'a passphrase for tests';
