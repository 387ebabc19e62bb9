/** Boxes: how a number is spread over the runs of each group. */

import { useMemo } from "preact/hooks";
import { boxFor, drawX, drawY } from "./axes";
import type { Size } from "./Card";
import { faint } from "./colours";
import { finiteSorted, quantile } from "./numbers";
import { scaleOf, type Value } from "./scale";
import { type Draw, Surface } from "./Surface";

/** The numbers of one group. */
export interface BoxGroup {
  name: string;
  colour: string;
  values: readonly number[];
}

/** What a box is drawn from: quartiles, whiskers to the last value within 1.5 × the height of the box (Tukey), and
 * what lies beyond. */
export interface BoxFacts {
  name: string;
  count: number;
  low: number;
  q1: number;
  median: number;
  q3: number;
  high: number;
  mean: number;
  outliers: number[];
}

/** The facts of a group; null when it has no finite number. */
export function boxFacts(name: string, values: readonly number[]): BoxFacts | null {
  const sorted = finiteSorted([values]);
  if (!sorted.length) return null;
  const [q1, median, q3] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
  const reach = 1.5 * (q3 - q1);
  const inside = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  return {
    name,
    count: sorted.length,
    low: inside[0] as number,
    q1,
    median,
    q3,
    high: inside[inside.length - 1] as number,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    outliers: [...sorted].filter((value) => value < q1 - reach || value > q3 + reach),
  };
}

interface BoxPlotProps {
  size: Size;
  label: string;
  name: string;
  groups: readonly BoxGroup[];
}

/** A box for each group, the runs as dots in front of it. */
export function BoxPlot({ size, label, name, groups }: BoxPlotProps) {
  const draw = useMemo<Draw>(
    () => (ctx, area, ink) => {
      const all = groups.flatMap((group) => group.values as Value[]);
      const y = scaleOf(all, area.height / 36);
      const x = scaleOf(groups.map((group) => group.name).map((word) => `${word}\u200b`));
      x.ticks = groups.map((group, i) => ({ place: (i + 0.5) / groups.length, label: group.name }));
      const box = boxFor(ctx, area, y, false);
      drawY(ctx, box, y, ink);
      drawX(ctx, box, x, ink);
      ctx.fillStyle = ink.quiet;
      ctx.textAlign = "left";
      ctx.textBaseline = "top";
      ctx.fillText(name, box.left + 4, box.top - 6);
      const top = (value: number) => box.top + box.height * (1 - y.at(value));
      for (const [i, group] of groups.entries()) {
        const facts = boxFacts(group.name, group.values);
        if (!facts) continue;
        const middle = box.left + (box.width * (i + 0.5)) / groups.length;
        const half = Math.min(34, (box.width / groups.length) * 0.32);
        ctx.fillStyle = faint(group.colour, 0.5);
        for (const [j, value] of group.values.entries()) {
          if (!Number.isFinite(value)) continue;
          // The same dot always lies at the same place: a fixed scatter, not a random one.
          const aside = ((((j * 0.618034) % 1) + 1) % 1) - 0.5;
          ctx.beginPath();
          ctx.arc(middle + aside * half * 1.5, top(value), 2, 0, Math.PI * 2);
          ctx.fill();
        }
        ctx.strokeStyle = group.colour;
        ctx.lineWidth = 1.5;
        ctx.fillStyle = faint(group.colour, 0.15);
        ctx.beginPath();
        ctx.rect(middle - half, top(facts.q3), half * 2, Math.max(1, top(facts.q1) - top(facts.q3)));
        ctx.fill();
        ctx.stroke();
        ctx.beginPath();
        for (const [from, to] of [
          [facts.q3, facts.high],
          [facts.q1, facts.low],
        ] as const) {
          ctx.moveTo(middle, top(from));
          ctx.lineTo(middle, top(to));
          ctx.moveTo(middle - half / 2, top(to));
          ctx.lineTo(middle + half / 2, top(to));
        }
        ctx.stroke();
        ctx.lineWidth = 2.5;
        ctx.strokeStyle = ink.text;
        ctx.beginPath();
        ctx.moveTo(middle - half, top(facts.median));
        ctx.lineTo(middle + half, top(facts.median));
        ctx.stroke();
      }
    },
    [groups, name],
  );
  return <Surface size={size} label={label} draw={draw} />;
}
