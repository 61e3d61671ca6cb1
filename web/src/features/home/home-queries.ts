import { queryOptions } from '@tanstack/react-query';
import { millwright } from '../../app/api.ts';

export const homeQuery = queryOptions({ queryKey: ['home'], queryFn: () => millwright.home(), refetchInterval: 10_000 });
export const eventsQuery = queryOptions({ queryKey: ['events', 'newest'], queryFn: () => millwright.events(12) });
