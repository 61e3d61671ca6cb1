import { queryOptions } from '@tanstack/react-query';
import { millwright } from '../../app/api.ts';

/** About this server, and who asks. */
export const settingsQuery = queryOptions({ queryKey: ['settings'], queryFn: () => millwright.settings() });

export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: () => millwright.tokens() });
