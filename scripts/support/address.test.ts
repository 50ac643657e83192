import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { addressFrom, reservePort } from './address.ts';

let cleanUp: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  await cleanUp?.();
  cleanUp = undefined;
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is an AddressInfo.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the address of the console', () => {
  it('is port 3000 of this machine alone unless the environment says otherwise', () => {
    expect(addressFrom({})).toEqual({ host: '127.0.0.1', port: 3000 });
    expect(addressFrom({ PORT: '', HOST: '' })).toEqual({ host: '127.0.0.1', port: 3000 });
    expect(addressFrom({ PORT: '8080', HOST: '0.0.0.0' })).toEqual({ host: '0.0.0.0', port: 8080 });
  });

  it.each(['99999', '0', 'http', '-1', '3e3'])('is refused with PORT=%s', (PORT) => {
    expect(() => addressFrom({ PORT })).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
  });
});

describe('the held port', () => {
  it('answers that the console is starting, and is free after its release', async () => {
    const address = { host: '127.0.0.1', port: await freePort() };
    const held = await reservePort(address);
    const response = await fetch(`http://127.0.0.1:${address.port}/`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('is starting');
    await held.release();
    const again = await reservePort(address);
    await again.release();
  });

  it('that another program has is named with what to do', async () => {
    const address = { host: '127.0.0.1', port: await freePort() };
    const held = await reservePort(address);
    cleanUp = () => held.release();
    await expect(reservePort(address)).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining(String(address.port)),
      remedy: expect.stringContaining('PORT='),
    });
  });

  it('on an address that is not of this machine is a wrong setting', async () => {
    await expect(reservePort({ host: '203.0.113.1', port: 3000 })).rejects.toMatchObject({
      code: 'config_invalid',
    });
  });
});
