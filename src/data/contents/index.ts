export { noContents, threadedContents, type DataContents } from './contents.ts';
export { storedVersion, type StoredVersion } from './version.ts';
