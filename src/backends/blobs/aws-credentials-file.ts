interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The keys of `profile` in the text of a shared credentials file of AWS; undefined where it has none. */
export function sharedCredentials(text: string, profile: string): Credentials | undefined {
  const settings = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n')) {
    const heading = /^\s*\[\s*(?:profile\s+)?(.*?)\s*\]/.exec(line)?.[1];
    const setting = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (heading !== undefined) section = heading;
    else if (setting !== null && section === profile) settings.set(setting[1]!, setting[2]!);
  }
  const accessKeyId = settings.get('aws_access_key_id');
  const secretAccessKey = settings.get('aws_secret_access_key');
  const sessionToken = settings.get('aws_session_token');
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
