/** The site's list of models, assets/models/index.json, and where their files are. */
export type OwnModel = import("./mobilemamba.js").OwnModel;
export type SiteModel = import("./mobilemamba.js").SiteModel;
export type FileSource = import("./protocol.js").FileSource;
export type ManifestSource = import("./protocol.js").ManifestSource;
export type ModelEntry = import("./protocol.js").ModelEntry;
/** @returns {Promise<ModelEntry[]>} */
export declare function fetchManifest(): Promise<ModelEntry[]>;
/**
 * What a worker is told about a model.
 * @param {SiteModel | OwnModel} wanted
 * @param {ModelEntry[]} models  of the manifest; not needed for a checkpoint of one's own
 * @returns {ManifestSource | FileSource}
 */
export declare function toSource(wanted: SiteModel | OwnModel, models: ModelEntry[]): ManifestSource | FileSource;
