import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** From now on every connection is reset once it has carried this many more bytes, both ways together; `undefined`: never. */
  cutAfter(bytes: number | undefined): void;
  /** How many connections it has reset. */
  cuts(): number;
  stop(): Promise<void>;
}

/** A TCP proxy in front of a server on loopback that fails half-way, as networks do. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  let limit: number | undefined;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    let carried = 0;
    const carry = (from: Socket, to: Socket): void => {
      open.add(from);
      from.on('close', () => open.delete(from));
      from.on('error', () => to.destroy());
      from.on('end', () => to.end());
      from.on('data', (chunk: Buffer) => {
        carried += chunk.length;
        if (limit === undefined || carried <= limit) {
          if (!to.write(chunk)) {
            from.pause();
            to.once('drain', () => from.resume());
          }
          return;
        }
        if (!client.destroyed) cuts += 1;
        client.resetAndDestroy();
        upstream.resetAndDestroy();
      });
    };
    carry(client, upstream);
    carry(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (bytes) => {
      limit = bytes;
    },
    cuts: () => cuts,
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
