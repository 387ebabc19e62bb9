import { render } from "preact";
import { begin } from "./components/Page";
import { Shell } from "./components/Shell";
import "./theme.css";

/** What comes within so long is drawn at once, instead of a frame first that waits for it. */
const patience_ms = 160;

const root = document.getElementById("page");
const draw = () => root && render(<Shell />, root);
void Promise.race([begin(), new Promise((resolve) => setTimeout(resolve, patience_ms))]).then(draw, draw);
