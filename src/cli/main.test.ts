import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../config.ts';
import { errorTable } from '../errors.ts';
import type { Io } from './command.ts';
import { commands } from './commands.ts';
import { main } from './main.ts';

async function run(...argv: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  return { status: await main(argv, ioOf(printed)), ...printed };
}

function ioOf(printed: { stdout: string; stderr: string }): Io {
  return {
    cwd: '/nowhere',
    config: resolveConfig({ HOME: '/nowhere/home' }),
    stdout: (text) => void (printed.stdout += text),
    stderr: (text) => void (printed.stderr += text),
    stdoutIsTty: false,
    stderrIsTty: false,
    signal: new AbortController().signal,
    exitCode: 0,
  };
}

describe('the command line', () => {
  test('without words shows every command and succeeds', async () => {
    const { status, stdout, stderr } = await run();
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: millwright [options] [command]');
    for (const name of ['add', 'repro', 'models', 'up']) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test('runs a command by its other name, and in the folder that --cd names', async () => {
    expect(await run('--cd', '/', 'doctor')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Millwright version: /) as string });
    expect(await run('--cd', 'nosuch', 'root')).toMatchObject({
      status: 64,
      stderr: "millwright: --cd 'nosuch': there is no such folder\n",
    });
  });

  test('names the nearest command for a misspelt one', async () => {
    const { status, stderr } = await run('stauts');
    expect(status).toBe(64);
    expect(stderr).toContain("unknown command 'stauts'");
    expect(stderr).toContain('Did you mean status?');
  });

  test('names the nearest option for a misspelt one', async () => {
    const { status, stderr } = await run('url', '--jsno');
    expect(status).toBe(64);
    expect(stderr).toContain('(Did you mean --json?)');
  });

  test('says what is wrong in one sentence, with the exit code of the table', async () => {
    expect(await run('url')).toEqual({
      status: errorTable.NO_SERVER.exit,
      stdout: '',
      stderr:
        'millwright: no Millwright server is running here: start one with `millwright up`, or set MILLWRIGHT_URL (and MILLWRIGHT_TOKEN)\n',
    });
  });

  test('says it as JSON where JSON was asked for', async () => {
    const { status, stderr } = await run('new', 'a/b', '--json');
    expect(status).toBe(64);
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'USAGE', message: "'a/b' is no name for a project: use letters, digits, '-', '_' and '.', such as my-project" },
    });
  });

  // `up` loads the whole server: test/faults/server-lifecycle.test.ts asks it, as a process
  test.each(commands.filter(({ name }) => name !== 'up').map((entry) => [entry.name, entry] as const))(
    '%s and each command below it shows an example in its help',
    async (name, entry) => {
      const command = new Command(name);
      (await entry.load()).configure(command, ioOf({ stdout: '', stderr: '' }));
      expect(withoutExample(command)).toEqual([]);
    },
  );
});

function withoutExample(command: Command): string[] {
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
  const below = command.commands.flatMap((child) => withoutExample(child));
  return /Examples?:\n {2}\$ /.test(help) ? below : [command.name(), ...below];
}
