import { render } from "preact";
import { Shell } from "./components/Shell";
import "./theme.css";

const root = document.getElementById("page");
if (root) render(<Shell />, root);
