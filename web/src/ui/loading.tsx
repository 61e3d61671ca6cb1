import { Loader } from '@mantine/core';

export function Loading({ what = 'Loading' }: { what?: string }) {
  return <Loader size="sm" color="gray" role="status" aria-label={what} />;
}
