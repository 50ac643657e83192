import { describe, expect, it } from 'vitest';
import { parseEnvironment } from './environment.ts';
import { smtpSettings } from './smtp-settings.ts';

const given = (over: Record<string, string>) =>
  smtpSettings(
    parseEnvironment({
      INGEST_SMTP_HOST: 'mail.example.org',
      INGEST_SMTP_FROM: 'ingest@example.org',
      ...over,
    }),
  );

describe('the mail server', () => {
  it('is none where nothing is said of it', () => {
    expect(smtpSettings(parseEnvironment({}))).toBeNull();
  });

  it('must change to TLS unless said, at the port that is usual for it', () => {
    expect(given({})).toEqual({
      host: 'mail.example.org',
      port: 587,
      security: 'starttls',
      from: 'ingest@example.org',
      signIn: null,
    });
    expect(given({ INGEST_SMTP_SECURITY: 'tls' })?.port).toBe(465);
    expect(given({ INGEST_SMTP_SECURITY: 'none', INGEST_SMTP_PORT: '2525' })?.port).toBe(2525);
  });

  it.each([
    [{ INGEST_SMTP_HOST: '' }, 'INGEST_SMTP_HOST'],
    [{ INGEST_SMTP_FROM: '' }, 'INGEST_SMTP_FROM'],
    [{ INGEST_SMTP_FROM: 'no address' }, 'INGEST_SMTP_FROM'],
    [{ INGEST_SMTP_HOST: 'smtp://mail' }, 'INGEST_SMTP_HOST'],
    [{ INGEST_SMTP_USER: 'ingest' }, 'INGEST_SMTP_PASSWORD'],
    [{ INGEST_SMTP_PASSWORD: 's3cret' }, 'INGEST_SMTP_USER'],
    [{ INGEST_SMTP_SECURITY: 'ssl' }, 'INGEST_SMTP_SECURITY'],
    [{ INGEST_SMTP_PORT: '70000' }, 'INGEST_SMTP_PORT'],
    [
      { INGEST_SMTP_USER: 'a', INGEST_SMTP_PASSWORD: 's3cret', INGEST_SMTP_SECURITY: 'none' },
      'INGEST_SMTP_SECURITY',
    ],
  ])('is refused with the variable at fault and never a value: %j', (over, name) => {
    try {
      given(over);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'config_invalid' });
      expect(String(error)).toContain(name);
      expect(String(error)).not.toContain('s3cret');
    }
  });

  it('may be signed in to without TLS on this machine alone', () => {
    const signIn = { INGEST_SMTP_USER: 'a', INGEST_SMTP_PASSWORD: 'b' };
    const here = { INGEST_SMTP_HOST: '127.0.0.1', INGEST_SMTP_SECURITY: 'none' };
    expect(given({ ...signIn, ...here })?.signIn).toEqual({ user: 'a', password: 'b' });
  });
});
