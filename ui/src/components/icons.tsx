/** The page's icons: drawn for it, in lines of the text's colour, on a grid of 16. */

const drawings = {
  search: "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9M10.3 10.3L14 14",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  check: "M3 8.5l3.2 3.2L13 4.8",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  more: "M3.5 7.7a.3.3 0 1 1 0 .6a.3.3 0 1 1 0-.6M8 7.7a.3.3 0 1 1 0 .6a.3.3 0 1 1 0-.6M12.5 7.7a.3.3 0 1 1 0 .6a.3.3 0 1 1 0-.6",
  down: "M4 6l4 4l4-4",
  up: "M4 10l4-4l4 4",
  right: "M6 4l4 4l-4 4",
  left: "M10 4l-4 4l4 4",
  arrowUp: "M8 13V3M4 7l4-4l4 4",
  arrowDown: "M8 3v10M4 9l4 4l4-4",
  trash: "M2.5 4.5h11M6 4V2.5h4V4M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4",
  restore: "M3 3v4h4M3.4 7A5 5 0 1 1 4 11",
  edit: "M10.5 2.8l2.7 2.7L5.5 13.2l-3.2.5l.5-3.2zM9 4.3L11.7 7",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  link: "M6.5 9.5l3-3M7 4.8l1.2-1.2a3 3 0 0 1 4.2 4.2L11.2 9M9 11.2l-1.2 1.2a3 3 0 0 1-4.2-4.2L4.8 7",
  open: "M6.5 3H3v10h10V9.5M9 2.5h4.5V7M13.5 2.5L7.5 8.5",
  download: "M8 2.5v8M4.5 7.5L8 11l3.5-3.5M2.5 13.5h11",
  upload: "M8 11V3M4.5 6.5L8 3l3.5 3.5M2.5 13.5h11",
  filter: "M2 3h12L9.5 8.5V13l-3-1.5v-3z",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  rows: "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11",
  pin: "M6 2.5h4l-.5 4l2 2.5h-7l2-2.5zM8 9v4.5",
  eye: "M1.5 8C3.5 4.8 5.6 3.5 8 3.5S12.5 4.8 14.5 8c-2 3.2-4.1 4.5-6.5 4.5S3.5 11.2 1.5 8M8 6.2a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 0 1 0-3.6",
  eyeOff: "M2 2l12 12M6 4c.7-.3 1.3-.5 2-.5c2.4 0 4.5 1.3 6.5 4.5c-.7 1.1-1.4 2-2.2 2.7M10 12.1c-.6.3-1.3.4-2 .4c-2.4 0-4.5-1.3-6.5-4.5c.8-1.3 1.6-2.2 2.5-2.9",
  folder: "M1.5 4h4.500l1.5 2H14.500v7.500H1.500z",
  folderOpen: "M1.5 13V3.500h4.500l1.5 2h5.500V7M1.5 13.500L4 7h11l-2.5 6.500z",
  file: "M4 1.500h5.500L12.5 4.500v10h-8.500zM9.5 1.500v3h3",
  flask: "M6.5 2v4.500L2.8 13.500h10.400L9.5 6.500V2M5.3 2h5.400M4.6 10.500h6.8",
  run: "M5 3l8 5l-8 5z",
  stop: "M4 4h8v8H4z",
  box: "M8 1.800l5.5 3v6.400l-5.5 3l-5.5-3V4.800zM2.5 4.800L8 8l5.5-3.200M8 8v6.2",
  layers: "M8 2l6 3.200l-6 3.200l-6-3.200zM2 8.200l6 3.200l6-3.200M2 11l6 3.200L14 11",
  tag: "M2.5 2.500h5l6 6l-5 5l-6-6zM5.3 5.300h.01",
  key: "M5 7.500a3 3 0 1 1 0 .01M7.8 8H14v2.500M11.5 8v2",
  chart: "M2.5 2.500v11h11M5 10.500l2.5-3.500l2.5 2l3-5",
  table: "M2 3h12v10H2zM2 6.500h12M6.5 6.500V13",
  trace: "M2 4h6M5 8h6M8 12h6",
  compare: "M8 2v12M5 5L2 8l3 3M11 5l3 3l-3 3",
  tree: "M3 2.500v9.500h3.500M3 6.500h3.500M8.5 6.500H13M8.5 12H13",
  sun: "M8 5a3 3 0 1 1 0 6a3 3 0 0 1 0-6M8 1.500v1M8 13.500v1M1.5 8h1M13.5 8h1M3.4 3.400l.7.7M11.9 11.900l.7.7M3.4 12.600l.7-.7M11.9 4.100l.7-.7",
  moon: "M13 9.500A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5",
  screen: "M2 3h12v8H2zM6 13.500h4M8 11v2.5",
  help: "M8 1.800a6.2 6.2 0 1 1 0 12.400A6.2 6.2 0 0 1 8 1.800M6.2 6.300a1.8 1.8 0 1 1 2.7 1.600c-.6.3-.9.7-.9 1.300M8 11.300h.01",
  warning: "M8 2L14.5 13.500h-13zM8 6.500v3.500M8 12h.01",
  info: "M8 1.800a6.2 6.2 0 1 1 0 12.400A6.2 6.2 0 0 1 8 1.800M8 7.200v4M8 4.900h.01",
  clock: "M8 1.800a6.2 6.2 0 1 1 0 12.400A6.2 6.2 0 0 1 8 1.800M8 4.500V8l2.5 1.8",
  undo: "M5.5 3L2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6",
  redo: "M10.5 3l3 3l-3 3M13.5 6h-7a4 4 0 0 0 0 8H10",
  refresh: "M13 3v3.500H9.500M12.7 6.500A5 5 0 1 0 13 9.5",
  settings: "M2 5h7M12 5h2M2 11h2M7 11h7M10.5 3.500a1.5 1.5 0 1 1 0 3a1.5 1.5 0 0 1 0-3M5.5 9.500a1.5 1.5 0 1 1 0 3a1.5 1.5 0 0 1 0-3",
  expand: "M9.5 2.500h4v4M13.5 2.500l-4.5 4.500M6.5 13.500h-4v-4M2.5 13.500l4.5-4.5",
  note: "M3 2.500h10v11H3zM5.5 5.500h5M5.5 8h5M5.5 10.500h3",
  user: "M8 2.500a2.8 2.8 0 1 1 0 5.600a2.8 2.8 0 0 1 0-5.600M2.8 13.800c.5-2.6 2.6-3.8 5.2-3.800s4.7 1.2 5.2 3.8",
  branch: "M4.5 2.500v11M4.5 9.500c4 0 7-1 7-4.500M11.5 5V2.5",
  database: "M2.5 4c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2s-2.5 2-5.5 2s-5.5-.9-5.5-2M2.5 4v8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof drawings;

/** A drawing beside a text or in a button, which says the same in words: it is hidden from screen readers. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}
