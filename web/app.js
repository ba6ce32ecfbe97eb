/** Puts the page together. */

import { createClassifier } from "./mobilemamba.js";
import { parseQuery } from "./page/query.js";
import { createSession } from "./page/session.js";
import { createPageStore } from "./page/state.js";
import { answerPanel } from "./panels/answer.js";
import { errorPanel } from "./panels/error.js";
import { modelPanel } from "./panels/model.js";
import { soundPanel } from "./panels/sound.js";
import { stagePanel } from "./panels/stage.js";
import { statusPanel } from "./panels/status.js";
import { timingsPanel } from "./panels/timings.js";

const query = parseQuery(location.search, document.baseURI);
const store = createPageStore();
const classifier = createClassifier({
  kernel: query.kernel,
  onProgress: (progress) => store.update({ progress }),
  onKernel: (kernel) => store.update({ kernel }),
});
const session = createSession({ store, classifier });

/** Each panel takes the place of the element in index.html that has its name. */
const PANELS = {
  sound: soundPanel,
  status: statusPanel,
  error: errorPanel,
  stage: stagePanel,
  answer: answerPanel,
  model: modelPanel,
  timings: timingsPanel,
};
for (const [name, panel] of Object.entries(PANELS)) {
  document.querySelector(`[data-panel="${name}"]`)?.replaceWith(panel({ store, session }));
}

await session.start(query);
