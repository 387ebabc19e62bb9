import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The build goes into the Python package, from where the server serves it; see `hatch_build.py`. */
export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { alias: { "@schema": here("../schema") } },
  build: {
    outDir: here("../src/millrace/server/static"),
    emptyOutDir: true,
    assetsDir: "static-files",
    target: "es2022",
    modulePreload: { polyfill: false },
    sourcemap: false,
    // One stylesheet, one chunk of what all pages share, and one of what all but the table of runs share: a page costs few
    // requests, and the table, which most links lead to, little to read.
    cssCodeSplit: false,
    rolldownOptions: {
      // Of these only what is used: their own list of all begins with WebAssembly, which the page's policy does not let run.
      treeshake: { moduleSideEffects: (id) => !/node_modules[\\/](?:hyparquet-compressors|hysnappy)/.test(id) },
      output: {
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules[\\/]@?preact|src[\\/](components[\\/](?!grid|model|ValueTable|ListTable|Rows|JsonTree|TimeAgo|Sparkline|Section)|lib[\\/](?!markdown|yaml|mlmodel|jsonRows|tableOrder|match)|api[\\/]|charts[\\/]colours|pages[\\/]runs[\\/](directions|columns|format|heat)|pages[\\/]routes|main)/,
            },
            { name: "parts", test: /src[\\/](components[\\/](model|ValueTable|ListTable|Rows|JsonTree|TimeAgo|Sparkline|Section)|lib[\\/](yaml|mlmodel|jsonRows|tableOrder|match))/ },
          ],
        },
      },
    },
  },
  server: { proxy: { "/ajax-api": "http://127.0.0.1:5000", "/get-artifact": "http://127.0.0.1:5000" } },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"], css: { include: [/theme\.css/] } },
});
