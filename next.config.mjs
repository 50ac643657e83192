/** @type {import('next').NextConfig} */
const config = {
  output: 'standalone',
  agentRules: false,
  poweredByHeader: false,
  serverExternalPackages: ['better-sqlite3', 'kysely', 'tarn', 'tedious', '@node-rs/argon2', 'pino'],
  // Migrations and the sample configuration are read from disk at run time.
  outputFileTracingIncludes: { '/**': ['./db/migrations/**', './config/**'] },
};

export default config;
