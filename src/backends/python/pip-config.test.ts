import { expect, test } from 'vitest';
import { parsePipConfig, uvSettings } from './pip-config.ts';

test('the environment wins over the install section, which wins over the global one', () => {
  const pip = parsePipConfig(
    [":env:.index-url='https://c/simple'", "global.index-url='https://a/simple'", "install.index-url='https://b/simple'", ''].join('\n'),
  );
  expect(pip.get('index-url')).toBe('https://c/simple');
});

test('sections of other commands do not count', () => {
  expect([...parsePipConfig("list.format='columns'\ndownload.index-url='https://d'\n")]).toEqual([]);
});

test('every setting that uv knows is handed over', () => {
  const pip = parsePipConfig(
    [
      "global.index-url='https://a/simple'",
      "global.extra-index-url='\\nhttps://b/simple\\nhttps://c/simple'",
      "global.find-links='/wheels /more'",
      "global.trusted-host='a b'",
      "global.cert='/ca.pem'",
      "global.timeout='60'",
      "install.no-index='true'",
    ].join('\n'),
  );
  expect(uvSettings(pip, {})).toEqual({
    env: {
      UV_DEFAULT_INDEX: 'https://a/simple',
      UV_INDEX: 'https://b/simple https://c/simple',
      UV_FIND_LINKS: '/wheels,/more',
      UV_INSECURE_HOST: 'a b',
      SSL_CERT_FILE: '/ca.pem',
      UV_HTTP_TIMEOUT: '60',
      UV_COMPILE_BYTECODE: '1',
      UV_SYSTEM_CERTS: '1',
    },
    flags: ['--no-index'],
  });
});

test('what the user told uv is left alone', () => {
  const pip = parsePipConfig("global.index-url='https://a/simple'\nglobal.cert='/ca.pem'\n");
  expect(uvSettings(pip, { UV_DEFAULT_INDEX: 'https://mine/simple', UV_SYSTEM_CERTS: '0', SSL_CERT_FILE: '/mine.pem' }).env).toEqual({
    UV_COMPILE_BYTECODE: '1',
  });
});

test('quotes and escapes of a Python literal are undone', () => {
  expect(parsePipConfig("global.a=\"it's\"\nglobal.b='x\\\\y\\x41'\nglobal.c=12\n")).toEqual(
    new Map([
      ['a', "it's"],
      ['b', 'x\\yA'],
      ['c', '12'],
    ]),
  );
});
