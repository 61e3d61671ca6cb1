export { dataVersionId, recordDataVersions, type DataVersion } from './record.ts';
export { listDatasets, listDatasetVersions, pathsOfVersion, type DatasetRow, type DatasetVersionRow } from './queries.ts';
