// How the map looks: our tokens as they are now, light or dark, over the city's outlines and a base map if there is one.
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const isDark = () => getComputedStyle(document.documentElement).colorScheme.includes("dark");
const FONT = ["Be Vietnam Pro"];
const name = ["coalesce", ["get", `name:${document.documentElement.lang}`], ["get", "name"]];

function colours() {
  const dark = isDark();
  return {
    land: dark ? "#1a1324" : "#f6f4f9",
    around: token("paper"),
    green: dark ? "#14261c" : "#e7f1e6",
    water: dark ? "#12303a" : "#cfe6ee",
    road: dark ? "#43364f" : "#ffffff",
    roadEdge: dark ? "#0c0811" : "#d9d2e1",
    building: dark ? "#251c31" : "#ebe6f1",
    ink: token("ink"),
    ink2: token("ink-2"),
    halo: token("card"),
    violet: token("violet"),
    edge: token("edge"),
    teal: token("teal"),
    card: token("card"),
  };
}

const areas = ["in", "Polygon", ["geometry-type"]];
const lines = ["in", "Line", ["geometry-type"]];
const dots = ["in", "Point", ["geometry-type"]];
const wide = (thin, thick) => ["interpolate", ["exponential", 1.5], ["zoom"], 10, thin, 18, thick];

// Layers of the usual schemas of base maps by what they are called; what is not known is left out.
const PAINTERS = [
  [/^(earth|land)$/, (each, look) => [fill(each, look.land)]],
  [/landcover|landuse|park|green|wood/, (each, look) => [fill(each, look.green)]],
  [/^water|ocean|river/, (each, look) => (/name/.test(each) ? [] : [fill(each, look.water), line(each, look.water, wide(0.8, 6))])],
  [/building/, (each, look) => [{ ...fill(each, look.building), minzoom: 13 }]],
  [/^(roads?|transportation|streets?|highways?)$/, (each, look) => [line(each, look.roadEdge, wide(1.4, 22), "edge"), line(each, look.road, wide(0.7, 18))]],
  [/^(roads?|transportation_name|streets?|street_labels)$/, (each, look) => [{ ...words(each, look.ink2, 12, lines), layout: { ...written(12), "symbol-placement": "line" }, minzoom: 14 }]],
  [/^places?$/, (each, look) => [words(each, look.ink2, 13, dots)]],
];

const fill = (each, colour) => ({ id: `base-${each}-area`, type: "fill", filter: areas, paint: { "fill-color": colour } });
const line = (each, colour, width, part = "line") => ({ id: `base-${each}-${part}`, type: "line", filter: lines, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour, "line-width": width } });
const written = (size) => ({ "text-field": name, "text-font": FONT, "text-size": size, "text-max-width": 8 });
const words = (each, colour, size, filter) => ({ id: `base-${each}-words`, type: "symbol", filter, layout: written(size), paint: { "text-color": colour, "text-halo-color": colours().halo, "text-halo-width": 1.5 } });

function baseLayers(base, look) {
  if (!base) return [];
  if (base.raster) return [{ id: "base-picture", type: "raster", source: "base" }];
  return PAINTERS.flatMap(([called, paint]) =>
    base.layers.filter((each) => called.test(each)).flatMap((each) => paint(each, look).map((layer) => ({ ...layer, source: "base", "source-layer": each }))),
  );
}

function outlineLayers(look, { schematic, chosen, covered }) {
  const mine = ["==", ["get", "code"], chosen ?? ""];
  return [
    { id: "unit-area", type: "fill", source: "outlines", paint: { "fill-color": ["case", mine, look.violet, look.land], "fill-opacity": ["case", mine, 0.16, covered ? 0 : 1] } },
    { id: "unit-line", type: "line", source: "outlines", layout: { "line-join": "round" }, paint: { "line-color": ["case", mine, look.violet, look.edge], "line-width": ["case", mine, 2.5, 1.1], ...(schematic ? { "line-dasharray": [3, 2] } : {}) } },
  ];
}

const unitNames = (look) => ({
  id: "unit-name", type: "symbol", source: "names", minzoom: 7.5,
  layout: { "text-field": ["get", "name"], "text-font": [...FONT], "text-size": ["interpolate", ["linear"], ["zoom"], 8, 11, 14, 15], "text-max-width": 7 },
  paint: { "text-color": look.ink2, "text-halo-color": look.halo, "text-halo-width": 1.6 },
});

const groupLayers = (look) => [
  { id: "groups", type: "circle", source: "groups", paint: { "circle-color": look.teal, "circle-opacity": 0.88, "circle-stroke-color": look.card, "circle-stroke-width": 1.5, "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "total"]], 1, 7, 10, 16, 60, 30] } },
  { id: "groups-count", type: "symbol", source: "groups", filter: [">", ["get", "total"], 1], layout: { "text-field": ["number-format", ["get", "total"], { locale: document.documentElement.lang }], "text-font": [...FONT], "text-size": 12, "text-allow-overlap": true }, paint: { "text-color": look.card } },
];

// Return the whole style. `groups` is left out where no figures are shown.
export function styleOf({ outlines, base, groups, chosen }) {
  const look = colours();
  const english = document.documentElement.lang === "en";
  const named = outlines.features
    .filter(({ properties }) => properties.point?.[0])
    .map(({ properties }) => ({ type: "Feature", properties: { name: (english && properties.name_en) || properties.name }, geometry: { type: "Point", coordinates: properties.point } }));
  const sources = {
    outlines: { type: "geojson", data: outlines },
    names: { type: "geojson", data: { type: "FeatureCollection", features: named } },
    ...(base ? { base: base.source } : {}),
    ...(groups ? { groups: { type: "geojson", data: groups, cluster: true, clusterRadius: 46, clusterMaxZoom: 17, clusterProperties: { total: ["+", ["get", "total"]] } } } : {}),
  };
  return {
    version: 8,
    sources,
    layers: [
      { id: "around", type: "background", paint: { "background-color": look.around } },
      ...baseLayers(base, look),
      ...outlineLayers(look, { schematic: outlines.schematic, chosen, covered: Boolean(base) }),
      unitNames(look),
      ...(groups ? groupLayers(look) : []),
    ],
  };
}

// Call back whenever light and dark change, by the machine or by the person.
export function whenLookChanges(work) {
  const seen = new MutationObserver(work);
  seen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", work);
}
