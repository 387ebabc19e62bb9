/** Charts as files: a picture, or their numbers. */

import type { Ink } from "./theme";

/** What a chart shows, as a table. */
export interface ChartTable {
  columns: string[];
  rows: (string | number | null)[][];
}

/** A table as CSV (RFC 4180). */
export function asCsv({ columns, rows }: ChartTable): string {
  const field = (value: string | number | null) => {
    const text = value === null ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

/** Give the reader a file. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name.replace(/[^\w.\-]+/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A chart's canvas with its title and a legend, as PNG. */
export function savePicture(title: string, canvas: HTMLCanvasElement, legend: [string, string][], ink: Ink): void {
  const ratio = devicePixelRatio;
  const head = 30 * ratio;
  const shown = legend.slice(0, 30);
  const rows = Math.ceil(shown.length / 3);
  const picture = document.createElement("canvas");
  picture.width = canvas.width;
  picture.height = canvas.height + head + (rows ? rows * 16 * ratio + 10 * ratio : 0);
  const ctx = picture.getContext("2d");
  if (!ctx) return;
  ctx.fillStyle = ink.back;
  ctx.fillRect(0, 0, picture.width, picture.height);
  ctx.drawImage(canvas, 0, head);
  ctx.fillStyle = ink.text;
  ctx.font = `600 ${13 * ratio}px ${ink.family}`;
  ctx.fillText(title, 10 * ratio, 20 * ratio);
  ctx.font = `${11 * ratio}px ${ink.family}`;
  for (const [i, [name, colour]] of shown.entries()) {
    const x = 10 * ratio + (i % 3) * (picture.width / 3);
    const y = head + canvas.height + (Math.floor(i / 3) + 1) * 16 * ratio;
    ctx.fillStyle = colour;
    ctx.fillRect(x, y - 8 * ratio, 8 * ratio, 8 * ratio);
    ctx.fillStyle = ink.text;
    ctx.fillText(name, x + 13 * ratio, y, picture.width / 3 - 24 * ratio);
  }
  picture.toBlob((blob) => blob && saveFile(`${title}.png`, blob), "image/png");
}
