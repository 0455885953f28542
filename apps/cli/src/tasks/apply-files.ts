import type { Config } from '@quailrunner/config';
import { type Ledger, migrateLedger, type SavedTask, saveTask } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import { type CheckedFile, checkFiles } from './check-files.js';

export interface AppliedFile extends CheckedFile, SavedTask {}

/** Checks all, then saves all; when one of them is bad, none is saved. Throws ProblemsError. */
export const applyFiles = async (paths: readonly string[], config: Config, ledger: Ledger): Promise<AppliedFile[]> => {
  const checked = await checkFiles(paths, config);
  await migrateLedger(ledger);
  const applied: AppliedFile[] = [];
  const by = readActor();
  for (const each of checked) applied.push({ ...each, ...(await saveTask(ledger, each.file.definition, by)) });
  return applied;
};
