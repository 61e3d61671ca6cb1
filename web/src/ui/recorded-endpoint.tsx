import { Link } from '@tanstack/react-router';

/** The endpoint that a record names; of a record that was sent from elsewhere there is no page. */
export function RecordedEndpoint({ record: { endpoint, protocol } }: { record: { endpoint: string; protocol: string } }) {
  if (protocol === 'sent') return endpoint;
  return (
    <Link to="/endpoints/$name" params={{ name: endpoint }}>
      {endpoint}
    </Link>
  );
}
