import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Loopback ports that nobody listens on now. They are held together while they are chosen, so they differ. */
export async function freePorts(count: number, accept: (port: number) => boolean = () => true): Promise<number[]> {
  const servers = [];
  const ports: number[] = [];
  try {
    while (ports.length < count) {
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      if (accept(port)) ports.push(port);
    }
    return ports;
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}
