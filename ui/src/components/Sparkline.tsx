/** A few numbers as a row of tiny bars. */

/** Bars of counts, drawn in one path; `label` says what they are. */
export function Sparkline({ values, label, width = 92, height = 18 }: { values: readonly number[]; label: string; width?: number; height?: number }) {
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length);
  const bars = values
    .map((value, index) => {
      const tall = value > 0 ? Math.max(1.5, (value / most) * (height - 1)) : 0;
      return tall ? `M${(index * step).toFixed(2)} ${height}v${(-tall).toFixed(2)}h${Math.max(1, step - 1).toFixed(2)}V${height}z` : "";
    })
    .join("");
  return (
    <svg class="sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={`M0 ${height - 0.5}h${width}`} class="sparkline-base" />
      <path d={bars} class="sparkline-bars" />
    </svg>
  );
}
