import { expect, test } from 'vitest';
import { decodeTree, encodeTree, treeHash } from './tree.ts';

test('a directory object is Python’s JSON in code-point order', () => {
  const files = [
    { relpath: 'x.txt', md5: '59b0d7772f0561efb95518f3cb8abc60' },
    { relpath: 'empty', md5: 'd41d8cd98f00b204e9800998ecf8427e' },
    { relpath: 'sub/ü name.bin', md5: '66ddcd97cfdeabb2f6fb8a999b4bc76f' },
  ];
  const bytes = encodeTree(files);
  expect(bytes.toString()).toBe(
    '[{"md5": "d41d8cd98f00b204e9800998ecf8427e", "relpath": "empty"}, {"md5": "66ddcd97cfdeabb2f6fb8a999b4bc76f", "relpath": "sub/\\u00fc name.bin"}, {"md5": "59b0d7772f0561efb95518f3cb8abc60", "relpath": "x.txt"}]',
  );
  expect(treeHash(bytes)).toBe('1361486fb04ffa9733fe729af7d78fff.dir');
  expect(decodeTree(bytes)?.map(({ relpath }) => relpath)).toEqual(['empty', 'sub/ü name.bin', 'x.txt']);
});

test('the hash of an empty directory', () => {
  expect(treeHash(encodeTree([]))).toBe('d751713988987e9331980363e24189ce.dir');
});

test.each(['../x', '/etc/passwd', 'a/../../b', '', 'a//b', 'a\0b'])('a directory object with the path %j is refused whole', (relpath) => {
  expect(decodeTree(Buffer.from(JSON.stringify([{ md5: 'd41d8cd98f00b204e9800998ecf8427e', relpath }])))).toBeUndefined();
});
