/** On the overview: the last hour's curve, drawn anew with every few ticks. */
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';

interface Curve {
  readonly at: number[];
  readonly accepted: number[];
  readonly others: number[];
}

const host = document.querySelector<HTMLElement>('#curve');
const everyMs = 10_000;
const height = 140;

const colourOf = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const seriesOf = ({ at, accepted, others }: Curve): uPlot.AlignedData => [at, accepted, others];

const options = (width: number): uPlot.Options => {
  const axis = { stroke: colourOf('--quiet'), grid: { stroke: colourOf('--line'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    // As all the times on the pages.
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'UTC'),
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, values: '{HH}:{mm}' },
      { ...axis, size: 44 },
    ],
    series: [
      {},
      { label: 'accepted', stroke: colourOf('--completed'), width: 2, points: { show: false } },
      { label: 'others', stroke: colourOf('--failed'), width: 1.5, points: { show: false } },
    ],
  };
};

const read = async (): Promise<Curve> => {
  const answer = await fetch('/overview/curve');
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json() as Promise<Curve>;
};

const begin = async (place: HTMLElement): Promise<void> => {
  let plot = new uPlot(options(place.clientWidth), seriesOf(await read()), place);
  const redraw = (): void => {
    const { data } = plot;
    plot.destroy();
    plot = new uPlot(options(place.clientWidth), data, place);
  };
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height })).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  let askedAt = Date.now();
  document.body.addEventListener('tick', () => {
    if (Date.now() - askedAt < everyMs) return;
    askedAt = Date.now();
    // What can't be asked for at the moment is drawn with the next tick.
    read().then(
      (curve) => plot.setData(seriesOf(curve)),
      () => {},
    );
  });
};

if (host !== null) void begin(host);
