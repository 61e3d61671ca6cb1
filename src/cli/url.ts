import type { Command } from 'commander';
import type { Io } from './command.ts';
import { remoteApi } from './remote.ts';

export function configure(command: Command, io: Io): void {
  command
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ xdg-open "$(millwright url)"')
    .action((options: { json?: boolean }) => url(options, io));
}

/** Prints an address with a new one-time code: who opens it in a browser is signed in. */
async function url(options: { readonly json?: boolean }, io: Io): Promise<void> {
  const { api, server } = await remoteApi(io);
  const { code } = await api.createLoginCode();
  const login = `${server.url}/?code=${code}`;
  io.stdout(options.json === true ? `${JSON.stringify({ url: server.url, login })}\n` : `${login}\n`);
}
