import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import './globals.css';
import { NonceMeta } from '#app/ui/providers.tsx';
import { Providers } from './ui/providers.tsx';
import { parseTheme, themeCookie } from './ui/theme.ts';

export const metadata: Metadata = {
  title: { default: 'Holocron Ingest', template: '%s · Holocron Ingest' },
  description: 'The console of an ingestion system.',
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f5f6f8' },
    { media: '(prefers-color-scheme: dark)', color: '#0d1015' },
  ],
};

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  const nonce = (await headers()).get('x-nonce') ?? '';
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <NonceMeta nonce={nonce} />
      </head>
      <body>
        <Providers renderedAt={new Date().toISOString()}>{children}</Providers>
      </body>
    </html>
  );
}
