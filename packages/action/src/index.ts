/** A task's action: templates and bodies compiled once, rendered for each row into the request that is sent. */
export {
  type ActionPart,
  type CompiledAction,
  type CompileOptions,
  compileAction,
  type RenderedRequest,
} from './compile-action.js';
export type { FormField } from './place/form-fields.js';
export { RenderFault } from './template/run.js';
