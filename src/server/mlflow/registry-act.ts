import type { Principal } from '../../access/index.ts';
import type { App } from '../../app.ts';
import type { Act, Tag } from '../../registry/index.ts';

export function actOf(app: App, principal: Principal): Act {
  return { scope: { workspaceId: principal.workspaceId }, actor: principal.name, now: app.clock.now() };
}

export function tagOf(tag: { readonly key?: string | undefined; readonly value?: string | undefined }): Tag {
  return { key: tag.key ?? '', value: tag.value ?? '' };
}
