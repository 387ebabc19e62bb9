/** Charts that few pages show: their code comes when they are first drawn. */

import { lazy } from "../../components/lazy";

/** A chart that was added by hand. */
export const LazyAdded = lazy(() => import("./AddedChart").then((module) => module.AddedChart));

/** The images of runs. */
export const LazyImages = lazy(() => import("./ImageGrid").then((module) => module.ImageGrid));
