/** @type {import('next').NextConfig} */
const config = {
  output: 'standalone',
  agentRules: false,
  poweredByHeader: false,
  // No page has pictures to be scaled; the libraries for it would be a fifth of the image.
  images: { unoptimized: true },
  // Development would print the arguments of server actions: passwords and secrets of sources.
  logging: { serverFunctions: false },
  // Whatever is bundled is bundled into every route handler, and stays in memory once for each of them.
  serverExternalPackages: [
    'better-sqlite3',
    'kysely',
    'tarn',
    'tedious',
    '@node-rs/argon2',
    'pino',
    'prom-client',
    'undici',
    'zod',
    'yaml',
    'cheerio',
    'parse5',
    'parse5-htmlparser2-tree-adapter',
    'htmlparser2',
    'nodemailer',
  ],
  // Migrations and the sample configuration are read from disk at run time.
  outputFileTracingIncludes: { '/**': ['./db/migrations/**', './config/**'] },
  // A path of run time can make the tracer take what lies around: a local database, its key file and
  // .env files must never get into the build's output, and with it into an image.
  outputFileTracingExcludes: {
    '/**': [
      './data/**',
      './node_modules/.pnpm/@img+*/**',
      './node_modules/.pnpm/sharp@*/**',
      './db/sqlite/**',
      './.env*',
      './.git/**',
      './.next/dev/**',
      './bench/**',
      './docs/**',
      './e2e/**',
      './test-results/**',
    ],
  },
};

export default config;
