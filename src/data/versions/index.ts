export { dataVersionId, recordDataVersions, type DataVersion } from './record.ts';
export {
  getDatasetVersion,
  listDatasets,
  listDatasetVersions,
  pathsOfVersion,
  type DatasetRow,
  type DatasetVersionRow,
} from './queries.ts';
