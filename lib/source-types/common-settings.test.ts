import { describe, expect, it } from 'vitest';
import { httpSettings } from './http/settings.ts';
import { mediawikiSettings } from './mediawiki/settings.ts';

describe('an address among the settings', () => {
  it.each(['api_key', 'access_token', 'password', 'client_secret', 'APIKEY'])(
    'with the parameter %s is refused: settings are shown and exported',
    (name) => {
      const address = `https://api.example.org/v1/?a=1&${name}=s3cret-value`;
      const [issue] = httpSettings.safeParse({ base_url: address }).error?.issues ?? [];
      expect(issue).toMatchObject({ path: ['base_url'] });
      expect(issue?.message).toContain(name);
      expect(issue?.message).not.toContain('s3cret');
      expect(mediawikiSettings.safeParse({ api_url: address }).error?.issues[0]?.path).toEqual([
        'api_url',
      ]);
    },
  );

  it('keeps its other parameters', () => {
    const address = 'https://api.example.org/v1/?token_type=x&keyword=y';
    expect(httpSettings.parse({ base_url: address }).base_url).toBe(address);
  });
});
